"""Rendering of templates that a user may have edited: what they may do is little, bounded and checked first.

A template is a text with blanks, not a program. It may print variables, choose (`if`), repeat (`for`, two
deep) and include a partial; it may not call, define, assign or import. So there is no range to run away with,
no string to double, no method to reach for: time and size of a rendering follow from what goes in. Behind it
stands Jinja's own sandbox as the second fence.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NoReturn

import jinja2
from jinja2 import meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.errors import SettingsError

LONGEST_OUTPUT = (
    64_000  # characters: our longest message is a tenth of it; a model's bill grows with every one
)
DEEPEST_LOOP = 2

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Include,
    nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Tuple, nodes.List,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Test, nodes.CondExpr,
    nodes.Filter, nodes.Keyword, nodes.Concat, nodes.Add, nodes.Sub, nodes.Neg,
)  # fmt: skip
_FILTERS = ("capitalize", "default", "first", "join", "last", "length", "lower", "trim", "upper")
_LANGUAGE = f"a template may use variables, if, for, include and the filters {', '.join(_FILTERS)}"
# What a template can raise: Jinja's own errors, Python's on an expression without meaning, and what Python
# says to text that is nested too deeply to be read.
_FAULTS = (
    jinja2.TemplateError, SyntaxError, TypeError, ValueError, LookupError, ArithmeticError,
    RecursionError, MemoryError,
)  # fmt: skip


def check(sources: Mapping[str, str], known: Mapping[str, frozenset[str]], partials: frozenset[str]) -> None:
    """Check every template before anything is rendered: syntax, language, variables, includes.

    `known` names the variables of each template, `partials` those that others may include.
    Raises SettingsError with `name:line:`; variables that do not exist are all named at once.
    """
    environment = _environment(sources)
    for name, source in sources.items():
        try:
            tree = environment.parse(source, name, name)
            _check_language(name, tree, partials)
            _check_variables(name, tree, known[name])
            environment.compile(source, name, name)  # the compiler finds more: unknown filters, deep nesting
        except _FAULTS as error:
            line = error.lineno if isinstance(error, jinja2.TemplateSyntaxError) else 1
            _refuse(name, line, _reason(error), _LANGUAGE, error)


def render(sources: Mapping[str, str], name: str, values: Mapping[str, Any]) -> str:
    """Render a template that `check` has passed; the edges of the text are trimmed.

    Raises SettingsError with `name:line:` when it fails, grows too long or says nothing.
    """
    try:
        text = _bounded(name, _compiled(tuple(sources.items())).get_template(name).generate(values))
    except _FAULTS as error:
        _refuse(*_scene(error, name), _reason(error), _LANGUAGE, error)
    if not text.strip():
        _refuse(name, 1, "the template renders to nothing", "remove the file to get the packaged one back")
    return text.strip()


@lru_cache(maxsize=4)
def _compiled(sources: tuple[tuple[str, str], ...]) -> jinja2.Environment:
    """Keep the compiled templates: compiling them takes longer than all else that a song needs before its words."""
    return _environment(dict(sources))


def _environment(sources: Mapping[str, str]) -> jinja2.Environment:
    environment = ImmutableSandboxedEnvironment(
        # Like DictLoader, but it also tells the file's name, so that a traceback knows the template's line.
        loader=jinja2.FunctionLoader(lambda name: (sources[name], name, None) if name in sources else None),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # plain text for a model, not HTML: escaping would write &#39; into a song
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _FILTERS} | {"join": _join}
    return environment


def _join(items: Sequence[object], separator: str = "") -> str:
    """Join like Jinja's filter, but never a text letter by letter and never without end."""
    if isinstance(items, str):
        raise TypeError("join takes a list, not a text")
    texts = [str(item) for item in items]
    if sum(map(len, texts)) + len(separator) * len(texts) > LONGEST_OUTPUT:
        raise ValueError(f"a joined text grows past {LONGEST_OUTPUT} characters")
    return separator.join(texts)


def _check_language(name: str, tree: nodes.Template, partials: frozenset[str]) -> None:
    for node in tree.find_all(nodes.Node):
        _check_node(name, node, partials)
    _check_loops(name, tree)


def _check_node(name: str, node: nodes.Node, partials: frozenset[str]) -> None:
    if not isinstance(node, _ALLOWED) or (isinstance(node, nodes.For) and node.recursive):
        what = f"{type(node).__name__.lower()!r} is not part of the template language"
        _refuse(name, node.lineno or 1, what, _LANGUAGE)  # Jinja gives some nodes no line
    if isinstance(node, nodes.Include):
        wanted = node.template.value if isinstance(node.template, nodes.Const) else None
        if wanted not in partials or name in partials:
            what = f"{wanted!r} cannot be included here" if wanted else "an include needs a name in quotes"
            _refuse(
                name, node.lineno, what, f"these can: {', '.join(sorted(partials))}; partials include none"
            )


def _check_loops(name: str, tree: nodes.Template) -> None:
    for node, depth in _loops(tree, 0):
        if depth > DEEPEST_LOOP or (depth and isinstance(node, nodes.Include)):
            what = (
                "an include inside a loop"
                if isinstance(node, nodes.Include)
                else f"{depth} loops in each other"
            )
            _refuse(name, node.lineno, what, f"loops go {DEEPEST_LOOP} deep and include nothing")


def _loops(node: nodes.Node, depth: int) -> Iterator[tuple[nodes.Node, int]]:
    """Give every loop and include below a node with the number of loops that it stands in, itself counted."""
    for child in node.iter_child_nodes():
        inner = depth + isinstance(child, nodes.For)
        if isinstance(child, nodes.For | nodes.Include):
            yield child, inner
        yield from _loops(child, inner)


def _check_variables(name: str, tree: nodes.Template, known: frozenset[str]) -> None:
    unknown = meta.find_undeclared_variables(tree) - known
    if not unknown:
        return
    line = min(node.lineno for node in tree.find_all(nodes.Name) if node.name in unknown)
    plural = "s" if len(unknown) > 1 else ""
    what = f"unknown variable{plural} {', '.join(sorted(unknown))}"
    _refuse(name, line, what, f"this template has: {', '.join(sorted(known)) or 'no variables'}")


def _bounded(name: str, pieces: Iterator[str]) -> str:
    text = ""
    for piece in pieces:
        text += piece
        if len(text) > LONGEST_OUTPUT:
            _refuse(name, 1, f"the message grows past {LONGEST_OUTPUT} characters", "shorten the template")
    return text


def _scene(error: BaseException, name: str) -> tuple[str, int]:
    """Say in which template and line an error was raised: Jinja puts them into the traceback."""
    place, trace = (name, 1), error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(".j2"):
            place = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return place


def _reason(error: BaseException) -> str:
    if isinstance(error, RecursionError | MemoryError):
        return "the template is nested too deeply"
    text = error.message if isinstance(error, jinja2.TemplateError) and error.message else str(error)
    return " ".join(text.split())[:200]


def _refuse(name: str, line: int, what: str, hint: str, cause: BaseException | None = None) -> NoReturn:
    raise SettingsError(f"{name}:{line}: {what}", hint=hint) from cause
