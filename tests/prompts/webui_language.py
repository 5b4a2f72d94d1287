"""The web UI's own readers of prompts, run by its own Python: asked on standard input, answering on standard output.

Each line is `[reader, argument, …]` in JSON; its answer is a line too. Only what is asked for is taken out of the web
UI's modules, since to import them takes a minute and a model.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections import defaultdict, namedtuple
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def taken(path: Path, wanted: tuple[str, ...], names: dict[str, Any]) -> dict[str, Any]:
    """Some of a module's functions, classes and values."""
    body = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if _name(node) in wanted]
    exec(compile(ast.Module(body, []), path.name, "exec"), names)
    return names


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return node.name if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else ""


class Readers:
    """Each method answers one kind of question."""

    def __init__(self, modules: Path) -> None:
        import lark

        self.prompts = taken(
            modules / "prompt_parser.py",
            (
                *("schedule_parser", "get_learned_conditioning_prompt_schedules", "SdConditioning", "re_AND"),
                *("re_weight", "get_multicond_prompt_list"),
            ),
            {"re": re, "lark": lark, "list": list, "__name__": "prompt_parser"},
        )
        self.networks = taken(
            modules / "extra_networks.py",
            ("ExtraNetworkParams", "re_extra_net", "parse_prompt"),
            {"re": re, "defaultdict": defaultdict},
        )
        options = SimpleNamespace(
            infotext_skip_pasting=[], infotext_styles="Ignore", use_old_hires_fix_width_height=False
        )
        self.infotexts = taken(
            modules / "infotext_utils.py",
            (
                *("re_param_code", "re_param", "re_imagesize", "quote", "unquote", "parse_generation_parameters"),
                "restore_old_hires_fix_params",
            ),
            {
                "re": re,
                "json": json,
                "shared": SimpleNamespace(opts=options),
                "prompt_parser": SimpleNamespace(parse_prompt_attention=lambda text: []),
                "infotext_versions": SimpleNamespace(backcompat=lambda found: None),
                "print": lambda *_: None,
            },
        )
        self.options = SimpleNamespace(emphasis="Original", comma_padding_backtrack=20)
        self.chunking = taken(
            modules / "sd_hijack_clip.py",
            ("PromptChunk", "PromptChunkFix", "TextConditionalModel"),
            {
                "namedtuple": namedtuple,
                "opts": self.options,
                "math": None,
                "torch": SimpleNamespace(nn=SimpleNamespace(Module=object)),
            },
        )

    def schedules(self, text: str, steps: int, hires_steps: int | None, old: bool) -> Any:
        return self.prompts["get_learned_conditioning_prompt_schedules"]([text], steps, hires_steps, old)[0]

    def parts(self, text: str) -> Any:
        indexes, texts, _ = self.prompts["get_multicond_prompt_list"](self.prompts["SdConditioning"]([text]))
        return [[texts[index], weight] for index, weight in indexes[0]]

    def networks_of(self, text: str) -> Any:
        rest, found = self.networks["parse_prompt"](text)
        return [rest, {kind: [params.items for params in each] for kind, each in found.items()}]

    def infotext(self, text: str) -> Any:
        return self.infotexts["parse_generation_parameters"](text)

    def quote(self, value: str) -> Any:
        return self.infotexts["quote"](value)

    def chunks(self, runs: list[list[Any]], comma: int) -> Any:
        """Of tokens by runs of one weight; negative tokens are embeddings of so many vectors; null is BREAK."""
        names = self.chunking
        model = names["TextConditionalModel"].__new__(names["TextConditionalModel"])
        model.chunk_length, model.comma_token, model.id_start, model.id_end = 75, comma, -1, -2
        model.hijack = SimpleNamespace(embedding_db=SimpleNamespace(find_embedding_at_position=_embedding))
        model.tokenize = lambda texts: [run[0] if run else [] for run in runs]
        parsed = [[f"run {at}", run[1]] if run else ["BREAK", -1] for at, run in enumerate(runs)]
        names["prompt_parser"] = SimpleNamespace(parse_prompt_attention=lambda line: parsed)
        found, _ = model.tokenize_line("")
        return [
            [chunk.tokens, chunk.multipliers, [[fix.offset, fix.embedding.vectors] for fix in chunk.fixes]]
            for chunk in found
        ]


def _embedding(tokens: list[int], at: int) -> Any:
    return (SimpleNamespace(vectors=-tokens[at]), 1) if tokens[at] < 0 else (None, None)


def main() -> None:
    """Answer until there are no more questions."""
    readers = Readers(Path(sys.argv[1]) / "modules")
    for line in sys.stdin:
        reader, *arguments = json.loads(line)
        answer = getattr(readers, reader)(*arguments)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
