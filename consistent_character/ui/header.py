"""The top of the page: which character is open, how to open or create one, and how far the job at work is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.errors import UserError
from consistent_character.house import House
from consistent_character.prompts.cells import all_cells
from consistent_character.report.markup import Html, element
from consistent_character.ui.element_ids import element_id
from consistent_character.ui.form import Form, Updates, on
from consistent_character.ui.pieces import lead, note
from consistent_character.ui.running import Told, interrupt, watch
from consistent_character.ui.summary import nobody, summary
from consistent_character.ui.window import Panel, Shell, Window

_TITLE = element(
    "div",
    element("h1", "Consistent character"),
    element(
        "p", "From a description of somebody who does not exist to an embedding that brings them back, in five steps."
    ),
    class_="cc-title",
)


@dataclass(frozen=True)
class Header:
    """The header's own components, and the shell that the panels use."""

    shell: Shell
    choice: Any
    open: Any
    form: Form[Character]
    create: Any


def header(house: House) -> Header:
    """Lay out the header."""
    window = gr.State(Window())
    gr.HTML(_TITLE)
    with gr.Column(elem_id=element_id("header")):
        with gr.Row(elem_classes="cc-open"):
            choice = gr.Dropdown(
                house.characters(),
                label="Character",
                info=f"A folder in {house.root}, or the path of any other character folder",
                allow_custom_value=True,
                elem_id=element_id("character"),
                scale=4,
            )
            opened = gr.Button("Open", variant="primary", elem_id=element_id("open"), scale=1, min_width=120)
        form, create = _new_character(house)
    shown = gr.HTML(nobody(), elem_id=element_id("summary"))
    with gr.Row(elem_classes="cc-strip-row"):
        strip = gr.HTML("", visible=False, elem_id=element_id("strip"))
        stop = gr.Button(
            "Interrupt", variant="stop", visible=False, elem_id=element_id("interrupt"), scale=0, min_width=120
        )
    return Header(Shell(window, shown, strip, stop), choice, opened, form, create)


def _new_character(house: House) -> tuple[Form[Character], Any]:
    defaults = Character(token="token", look="look")
    with gr.Accordion("Create a new character", open=False, elem_id=element_id("new")):
        gr.HTML(
            lead(
                "Says who the character is, once; every prompt is made of these words.",
                "makes a new folder with character.toml.",
            )
        )
        with gr.Row():
            token = gr.Textbox(
                label="Token", placeholder="fr3nchl4dysd15", info="One made-up word; the embedding's name", scale=1
            )
            look = gr.Textbox(
                label="Look",
                placeholder="a beautiful 25yo French woman with …",
                info="The face: becomes the token",
                scale=3,
            )
        with gr.Row():
            body = gr.Textbox(defaults.body, label="Body", placeholder="toned body")
            hair = gr.Textbox(
                defaults.hair, label="Hair", placeholder="chin length straight black hair in a bob cut with bangs"
            )
            wardrobe = gr.Textbox(defaults.wardrobe, label="Wardrobe")
        with gr.Row():
            background = gr.Textbox(defaults.background, label="Background")
            expression = gr.Textbox(defaults.expression, label="Expression")
            initial = gr.Textbox(
                defaults.initialization_text, label="Initialization text", info="What the training starts from"
            )
            vectors = gr.Slider(1, 32, defaults.num_vectors, step=1, label="Vectors", info="The embedding's capacity")
        prompt = gr.HTML("", elem_id=element_id("new", "prompt"))
        create = gr.Button("Create the folder", variant="primary", elem_id=element_id("create"))
    form = Form(
        Character,
        {"checkpoint": ""},
        token=token,
        look=look,
        body=body,
        hair=hair,
        wardrobe=wardrobe,
        background=background,
        expression=expression,
        initialization_text=initial,
        num_vectors=vectors,
    )
    for component in form.components.values():
        on(
            component.change,
            lambda *values: _prompt(house, *values),
            list(form.components.values()),
            [prompt],
            show_progress="hidden",
        )
    return form, create


def _prompt(house: House, *values: Any) -> Html:
    """The first cell's prompt and its length, as it will be."""
    token, look, body, hair, wardrobe, background, expression, initial, vectors = values
    try:
        character = Character(token, look, body, hair, wardrobe, background, expression, initial, int(vectors))
        prompt = character.prompt(all_cells()[0])
        tokens = house.engine.count_tokens(prompt)
    except UserError as error:
        return note(str(error), "warning")
    room = f"{tokens} of 75 tokens" if tokens <= 75 else f"{tokens} tokens: more than 75 dilute the prompt"
    return element("p", element("code", prompt), element("span", room, class_="cc-count"), class_="cc-prompt")


def wire(house: House, top: Header, panels: Sequence[Panel]) -> None:
    """Connect opening, creating and interrupting with all the panels."""
    shell = top.shell
    filled = [top.choice, shell.window, *shell.outputs, *(output for panel in panels for output in panel.outputs)]

    def show(folder: CharacterFolder) -> Updates:
        return _joined(panel.show(folder) for panel in panels)

    def live(folder: CharacterFolder) -> Updates:
        return _joined(panel.live(folder) for panel in panels)

    def opened(folder: CharacterFolder) -> Updates:
        names = gr.update(choices=house.characters(), value=_name(house, folder.path))
        idle = {shell.strip: gr.update(value="", visible=False), shell.interrupt: gr.update(visible=False)}
        return {
            top.choice: names,
            shell.window: Window(folder.path),
            shell.summary: summary(folder),
            **idle,
            **show(folder),
        }

    def open_(name: str) -> Updates:
        with CharacterFolder.open(house.path_of(name)) as folder:
            return opened(folder)

    def create(character: Character) -> Updates:
        with CharacterFolder.create(house.path_of(character.token), character) as folder:
            return opened(folder)

    choosing = [panel for panel in panels if panel.again is not None]
    watched = gr.State(False)

    def watch_on(window: Window) -> Any:
        job = house.jobs.of(window.path) if window.path is not None else None
        if job is None:
            yield {shell.interrupt: gr.update(visible=False), watched: False}
            return
        yield {watched: True}
        with window.folder() as folder:
            yield from watch(job, shell, folder, live, lambda folder, _: Told("Done.", live(folder)))

    def show_again(window: Window, over: bool, *chosen: Any) -> Updates:
        """What the job that was watched has changed of what the person chose meanwhile."""
        if not over:
            return {watched: False}
        with window.folder() as folder:
            parts = (panel.again(folder, value) for panel, value in zip(choosing, chosen, strict=True) if panel.again)
            return {watched: False, **_joined(parts)}

    for event in (
        on(top.open.click, open_, [top.choice], filled, show_progress="hidden"),
        top.form.on(top.create.click, create, filled, show_progress="hidden"),
    ):
        over = on(event.then, watch_on, [shell.window], [*filled, watched], show_progress="hidden")
        states = [shell.window, watched, *(panel.chosen for panel in choosing)]
        outputs = [watched, *(output for panel in choosing for output in panel.outputs)]
        on(over.then, show_again, states, outputs, show_progress="hidden")
    on(
        shell.interrupt.click,
        lambda window: interrupt(house, shell, window),
        [shell.window],
        [shell.interrupt],
        queue=False,
        show_progress="hidden",
    )


def refresh(tab: Any, shell: Shell, panel: Panel) -> None:
    """Read a panel anew from the folder whenever somebody turns to it."""
    nothing = {panel.outputs[0]: gr.update()}

    def turned_to(window: Window) -> Updates:
        if window.path is None:
            return nothing
        with window.folder() as folder:
            return {**nothing, **panel.live(folder)}

    def turned_back(window: Window, chosen: Any) -> Updates:
        if window.path is None or panel.again is None:
            return {shown: chosen}
        with window.folder() as folder:
            return {shown: chosen, **panel.again(folder, chosen)}

    def chosen_meanwhile(window: Window, before: Any, chosen: Any) -> Updates:
        """What was chosen while the page was being filled must not be covered by what had been asked for before."""
        return {shown: chosen} if chosen == before else turned_back(window, chosen)

    if panel.again is None:
        on(tab.select, turned_to, [shell.window], panel.outputs, show_progress="hidden")
        return
    shown = gr.State(None)
    outputs, states = [shown, *panel.outputs], (shell.window, panel.chosen)
    filled = on(tab.select, turned_back, states, outputs, show_progress="hidden")
    on(filled.then, chosen_meanwhile, [shell.window, shown, panel.chosen], outputs, show_progress="hidden")


def _joined(parts: Iterable[Updates]) -> Updates:
    return {component: update for part in parts for component, update in part.items()}


def _name(house: House, path: Path) -> str:
    inside = path.parent.resolve() == house.root.resolve()
    return path.name if inside else str(path)
