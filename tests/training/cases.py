"""What the tests of training agree on."""

TOKEN = "adal0v"
CAPTION = f"a closeup front shot photo of {TOKEN}, plain gray clothes, neutral gray background"
