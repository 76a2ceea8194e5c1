"""The writing stage: ask, review, and ask again with the faults."""

from collections.abc import Sequence

from pipeline.brief import Brief
from pipeline.errors import DraftError, WriterError
from pipeline.studio import House, Reply, Session, Studio
from pipeline.track import Attempt, Author, Words
from pipeline.writing import prompt, render
from pipeline.writing.draft import Draft
from pipeline.writing.review import Review, review


def write(brief: Brief, studio: Studio, session: Session) -> Words:
    """Ask the model for a song until one keeps the rules, at most `house.second_asks` times again.

    Raises WriterError when no model answers and DraftError when no draft keeps the rules.
    """
    studio.watch.stage("writing")
    duration_s, language = (
        wanted_seconds(brief, studio.house),
        brief.language or studio.house.playing.language,
    )
    asked = prompt.opening(brief, studio.taste, studio.templates, duration_s, language)
    replies: list[Reply] = []
    kept: list[str] = []
    for number in range(1, studio.house.second_asks + 2):
        replies.append(session.once(f"writing-{number}", Reply, _ask, asked, brief, studio, session))
        seen = review(replies[-1].text, brief, duration_s, studio.book)
        kept.append(str(session.keep("draft", _text(seen, replies[-1]))))
        if seen.draft is not None and not seen.errors:
            return _words(seen.draft, seen, replies, kept, studio)
        studio.watch.note(f"draft {number} breaks the rules: {seen.verdict}")
        asked = prompt.second_ask(asked, replies[-1].text, seen.findings, seen.fault, studio.templates)
    session.set_aside("writing")
    raise DraftError(
        f"no draft kept the rules after {len(replies)} tries; the last one: {seen.verdict}",
        hint=f"the drafts are saved: {', '.join(kept)}; mend one by hand and give it to songpipe render",
    )


def adopt(text: str, author: Author, brief: Brief, studio: Studio) -> Words:
    """Take a draft that a person brings; its findings travel with the song, errors stop it.

    The `author` stays who wrote it, whoever brings it.
    Raises DraftError when the text holds no song or breaks an error-level rule.
    """
    seen = review(text, brief, wanted_seconds(brief, studio.house), studio.book)
    if seen.draft is None or seen.errors:
        raise DraftError(
            f"the draft cannot be played: {seen.verdict}", hint="songpipe lint FILE shows every finding"
        )
    return Words(
        seen.draft.song,
        findings=seen.findings,
        repairs=seen.draft.repairs,
        model=author.model,
        prompts_hash=author.prompts_hash,
    )


def wanted_seconds(brief: Brief, house: House) -> float:
    """Give the length to write for: the brief's, or the house's when the brief leaves it open."""
    return house.playing.duration_s if brief.duration in {None, "auto"} else float(brief.duration)


def _ask(asked: Sequence[prompt.Message], brief: Brief, studio: Studio, session: Session) -> Reply:
    """Ask once, and put down what it cost, whatever comes of it."""
    try:
        reply = studio.writer.ask(
            asked,
            models=brief.models,
            seed=brief.seed,
            spent_usd=session.spent_usd,
            most_usd=session.most_usd,
            watch=studio.watch,
        )
    except WriterError as error:
        session.spend(error.spent_usd)
        raise
    session.spend(sum(attempt.counted_usd for attempt in reply.attempts))
    return reply


def _text(seen: Review, reply: Reply) -> str:
    return render.draft(seen.draft.song) if seen.draft is not None else reply.text


def _words(
    draft: Draft, seen: Review, replies: Sequence[Reply], kept: Sequence[str], studio: Studio
) -> Words:
    attempts: tuple[Attempt, ...] = tuple(attempt for reply in replies for attempt in reply.attempts)
    return Words(
        song=draft.song,
        findings=seen.findings,
        repairs=draft.repairs,
        model=replies[-1].model,
        attempts=attempts,
        fallbacks=tuple(note for reply in replies for note in reply.fallbacks),
        prompts_hash=studio.prompts_hash,
        drafts=tuple(kept),
        write_s=sum(attempt.seconds for attempt in attempts),
    )
