"""How right the forest test's verdicts are, over many training runs whose truth the cartoon world itself tells."""
