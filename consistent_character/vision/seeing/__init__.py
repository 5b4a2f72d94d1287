"""Who and what is in a picture: person, faces, pose, identity, sharpness, backdrop, hashes.

`Sight` looks at picture files in worker processes, with models where they are installed (`installing`) and by colour,
layout and edges where they are not. `trust` says, for one set of pictures, which of the two is to be believed.
"""
