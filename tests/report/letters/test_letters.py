"""What every letter must hold, and what none may: over all kinds, formats and places of the fixture."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace

import pytest

from auditor.errors import DecisionNeeded, UsageError
from auditor.findings.review import Review
from auditor.report import labels, trace, wording
from auditor.report.letters.asks import REQUESTS
from auditor.report.letters.build import build, digest
from auditor.report.letters.chosen import MOST, raised
from auditor.report.letters.chosen import tested as were_tested
from auditor.report.letters.details import Details
from auditor.report.letters.fields import DATASETS, FIELDS
from auditor.report.letters.formats.html import html
from auditor.report.letters.formats.markdown import markdown
from auditor.report.letters.model import KINDS, Held, Items, Letter, Paragraph, Picture, Run, Runs, Table, plain
from auditor.report.sentences import load

Letters = dict[tuple[str, str], Letter]
FLAGGED, UNFLAGGED = "48453", "48309"


def every_run(letter: Letter) -> list[Run]:
    """Every stretch of the letter itself: not of the cover note."""
    found: list[Runs] = [*letter.letterhead, letter.date, letter.sent, *letter.recipient, letter.subject]
    for part in letter.parts:
        found.append(part.heading)
        for block in part.blocks:
            match block:
                case Paragraph(runs, _):
                    found.append(runs)
                case Items(items, _):
                    found += items
                case Held(_, by):
                    found.append(by)
                case Table(caption, header, rows):
                    found += [caption, *header, *(cell for row in rows for cell in row)]
                case Picture(caption, header, bars):
                    found += [caption, *header, *(runs for bar in bars for runs in (bar.label, bar.shown))]
    found += [*letter.signers, *(note.runs for note in letter.notes), *letter.enclosures, *letter.copies]
    return [run for runs in found for run in runs]


def text_of(letter: Letter) -> str:
    return " ".join(run.text for run in every_run(letter))


def test_every_kind_is_written_about_every_place(review: Review, letters: Letters) -> None:
    flagged = [place for place in review.places if place.verdict in labels.FLAGS]
    assert len(flagged) == 2
    assert len(letters) == 5 * len(review.places) + len(flagged)


def test_every_number_and_sentence_is_that_of_the_review(review: Review, letters: Letters) -> None:
    data = review.to_dict()
    for key, letter in letters.items():
        page = html(letter)
        assert trace.check_data(page, data) == [], key
        if key[1] != "records-request":
            assert len(trace.numbers_in(page)) >= 3, key


def test_a_wrong_number_and_a_number_without_a_source_are_found(review: Review, letters: Letters) -> None:
    page = html(letters[FLAGGED, "crcl"])
    for wrong in (page.replace(">650<", ">651<"), page.replace("<h2 id=", "<p>33 people</p><h2 id=", 1)):
        assert wrong != page
        assert trace.check_data(wrong, review.to_dict())


def test_no_forbidden_word_in_any_kind_or_format(letters: Letters, told: str) -> None:
    for key, letter in letters.items():
        assert wording.check_html(html(letter)) == [], key
        held = [told, "Plaintiffs alleged that officers profiled drivers."]
        assert wording.check(markdown(letter), held=held) == [], key


def test_effects_alone_are_never_pleaded(letters: Letters) -> None:
    for key, letter in letters.items():
        assert not re.search(r"disparate|adverse impact", html(letter), re.IGNORECASE), key
        assert "disparat" not in markdown(letter).lower(), key


def test_facts_come_in_the_order_record_incident_statistic(letters: Letters) -> None:
    for (_, kind), letter in letters.items():
        keys = [part.key for part in letter.parts]
        assert keys[:2] == ["ask", "who"]
        assert keys[-2:] == ["protection", "contact"]
        if kind in ("crcl", "title-vi"):
            assert keys.index("record") < keys.index("incident") < keys.index("statistic") < keys.index("law")
        assert "law" in keys
        assert "requests" in keys
        if kind != "county-board":
            assert keys.index("requests") < keys.index("deadline")


def test_every_note_resolves_to_a_finding_and_every_mark_to_a_note(review: Review, letters: Letters) -> None:
    for (place, kind), letter in letters.items():
        known = {finding.id for finding in review.place(place).findings}
        marks = {run.text for run in every_run(letter) if run.kind == "mark"}
        assert marks == {str(note.number) for note in letter.notes}, (place, kind)
        assert [note.number for note in letter.notes] == list(range(1, len(letter.notes) + 1))
        assert {note.finding for note in letter.notes} <= known


def test_only_what_was_tested_is_quoted_as_a_finding(review: Review, letters: Letters) -> None:
    for (place, _), letter in letters.items():
        by_id = {finding.id: finding for finding in review.place(place).findings}
        for note in letter.notes:
            assert by_id[note.finding].tested
            assert by_id[note.finding].section != 12


def test_a_place_that_is_not_flagged_is_accused_of_nothing(review: Review, letters: Letters) -> None:
    for (place, kind), letter in letters.items():
        if review.place(place).verdict in labels.FLAGS:
            continue
        text = text_of(letter)
        assert "pattern that should be examined" not in text, (place, kind)
        if kind != "agency-notice":
            assert letter.notes == (), (place, kind)
        if kind != "records-request":
            assert "This is not a clearance" in text, (place, kind)


def test_title_vi_is_refused_below_a_flag(review: Review, full: Details) -> None:
    for place in review.places:
        if place.verdict in labels.FLAGS:
            continue
        with pytest.raises(DecisionNeeded, match="no title-vi letter") as caught:
            build(review, place.place, "title-vi", full)
        assert labels.verdict(place.verdict).label in str(caught.value)


def test_crcl_below_a_flag_rests_on_incidents(review: Review, full: Details, told: str) -> None:
    with pytest.raises(DecisionNeeded, match="nothing to rest on"):
        build(review, UNFLAGGED, "crcl")
    letter = build(review, UNFLAGGED, "crcl", full)
    held = [block for block in letter.part("incident").blocks if isinstance(block, Held)]
    assert told in held[0].lines
    assert "rests on them" in text_of(letter)


def test_caps_are_carried(review: Review, letters: Letters) -> None:
    for (place, kind), letter in letters.items():
        if kind == "records-request":
            continue
        text = text_of(letter).replace("\u00a0", " ")
        ceiling = review.place(place).ceiling or {}
        if kind == "county-board" and ceiling.get("verdict"):  # one page: the lowest cap, and where the others are
            why = ceiling["why"] if isinstance(ceiling["why"], str) else ceiling["why"]["text"]["en"]
            limit = f"The verdict can rise no higher than “{labels.verdict(ceiling['verdict']).label}” ({why});"
            assert limit in " ".join(plain(runs) for runs in _runs(letter.part("statistic").blocks)), place
            continue
        for cap in review.place(place).caps:
            assert cap.text["en"] in text, (place, kind)


def test_every_letter_has_as_of_dates(letters: Letters) -> None:
    for (_, kind), letter in letters.items():
        assert "30 June 2012" in text_of(letter)  # the review's date
        if kind != "agency-notice":
            law = " ".join(plain(run) for run in _runs(letter.part("law").blocks))
            assert "as of 31 December 2025" in law
            assert "not legal advice" in law


def _runs(blocks: tuple[object, ...]) -> list[Runs]:
    return [runs for block in blocks for runs in _of(block)]


def _of(block: object) -> tuple[Runs, ...]:
    match block:
        case Paragraph(runs, _):
            return (runs,)
        case Items(items, _):
            return items
        case Held(_, by):
            return (by,)
    return ()


def test_at_most_five_findings_stand_in_the_table(review: Review, letters: Letters) -> None:
    for (place, kind), letter in letters.items():
        if kind in ("crcl", "title-vi", "oig"):
            tables = [block for block in letter.part("statistic").blocks if isinstance(block, Table)]
            assert sum(len(table.rows) for table in tables) <= MOST, (place, kind)
        if kind == "agency-notice":
            tables = [block for block in letter.part("statistic").blocks if isinstance(block, Table)]
            assert sum(len(table.rows) for table in tables) == len(were_tested(review.place(place)))


def test_suppressed_numbers_stay_suppressed(review: Review, fixtures: object) -> None:
    place = review.place(FLAGGED)
    hidden = fixtures.hidden(place.findings[0])  # type: ignore[attr-defined]
    changed = replace(place, findings=(hidden, *place.findings[1:]))
    other = replace(review, places=tuple(changed if p.place == FLAGGED else p for p in review.places))
    for kind in ("crcl", "oig", "agency-notice", "county-board"):
        page = html(build(other, FLAGGED, kind))
        assert trace.check_data(page, other.to_dict()) == []
        refs = " ".join(ref for ref, _, _ in trace.numbers_in(page))
        index = next(i for i, p in enumerate(other.places) if p.place == FLAGGED)
        assert f"/places/{index}/findings/0/k" not in refs
        assert f"/places/{index}/findings/0/estimate" not in refs
    assert "would reveal a small count" in html(build(other, FLAGGED, "agency-notice"))


def test_no_letter_speaks_of_officers(review: Review) -> None:
    place = review.place(FLAGGED)
    officer = replace(place.findings[0], id="F-9999", section=12, signal="officer-benchmark", family="exposure")
    changed = replace(place, findings=(officer, *place.findings))
    other = replace(review, places=tuple(changed if p.place == FLAGGED else p for p in review.places))
    for kind in KINDS:
        letter = build(other, FLAGGED, kind)
        assert "F-9999" not in html(letter)
        assert "pseudonym" not in html(letter)
        assert trace.check_data(html(letter), other.to_dict()) == []


def test_requests_stay_within_the_tier_of_evidence(review: Review, letters: Letters) -> None:
    assert review.place(FLAGGED).verdict == "pattern-worth-examining"
    crcl = text_of(letters[FLAGGED, "crcl"])
    assert "To open an investigation of the arrests" in crcl
    assert "To suspend detainers" not in crcl
    assert "To open an investigation of the arrests" not in text_of(letters[UNFLAGGED, "crcl"])
    with pytest.raises(DecisionNeeded, match="more than the evidence bears"):
        build(review, FLAGGED, "crcl", Details(requests=({"ask": "suspend-minor-traffic"},)))  # type: ignore[arg-type]
    own = build(review, FLAGGED, "crcl", Details(requests=({"text": "Suspend it all."},)))  # type: ignore[arg-type]
    assert any(run.kind == "held" and run.text == "Suspend it all." for run in every_run(own))
    with pytest.raises(UsageError, match="Did you mean 'publish'"):
        build(review, FLAGGED, "crcl", Details(requests=({"ask": "publsh"},)))  # type: ignore[arg-type]


@pytest.mark.parametrize("verdict", sorted(labels.BY_KEY))
def test_every_verdict_has_its_letters(review: Review, full: Details, verdict: str) -> None:
    """The same place under each of the seven verdicts: what may be written, asked and said."""
    changed = replace(review.place(FLAGGED), verdict=verdict)
    other = replace(review, places=tuple(changed if p.place == FLAGGED else p for p in review.places))
    grade = labels.verdict(verdict).grade
    for kind in KINDS:
        if kind == "title-vi" and verdict not in labels.FLAGS:
            with pytest.raises(DecisionNeeded):
                build(other, FLAGGED, kind, full)
            continue
        letter = build(other, FLAGGED, kind, full)
        page = html(letter)
        assert trace.check_data(page, other.to_dict()) == []
        assert wording.check_html(page) == []
        assert ("To suspend detainers" in page) == (kind == "crcl" and grade in ("3", "4"))
        if verdict == "no-disparity-detected":
            assert page.count("No disparity detected") == page.count("No disparity detected (not a clearance)")


def test_every_request_has_its_words() -> None:
    assert set(REQUESTS) == set(KINDS)
    words = load("en")
    for kind, asks in REQUESTS.items():
        for ask, least in asks:
            assert f"letter.request.{kind}.{ask}" in words
            assert 0 <= least <= 4


def test_every_sentence_of_the_catalogue_of_letters_is_used(letters: Letters, review: Review, full: Details) -> None:
    """A sentence that no letter can say has no business in the catalogue: names in the code, or built from lists."""
    from pathlib import Path

    import auditor.report.letters as package

    source = "\n".join(file.read_text(encoding="utf-8") for file in Path(package.__file__).parent.rglob("*.py"))
    families = ("request.", "field.", "dataset.", "blank.", "law.", "before.", "step.", "dhs.", "check.", "format.")
    built = (
        *families,
        "head.",
        "word.",
        "table.",
        "tried.",
        "source.",
        "population.",
        "protection.",
        "gap.",
        "picture.",
    )
    built = (*built, "title.", "re.", "ask.", "requests.", "deadline.", "office.", "intent.", "fields.", "effect.")
    for name in load("en"):
        short = name.removeprefix("letter.")
        if name.startswith("letter.") and not short.startswith(built):
            assert f'"{short}"' in source, name
    for name in (n.removeprefix("letter.field.") for n in load("en") if n.startswith("letter.field.")):
        assert f'"{name.removesuffix(".name")}"' in source, name


def test_blanks_are_marked_and_listed_before_you_send(review: Review, letters: Letters) -> None:
    letter = build(review, FLAGGED, "crcl")
    assert len(letter.blanks) >= 8
    listed = " ".join(plain(line) for line in letter.before)
    for blank in letter.blanks:
        assert blank.startswith("[")
        assert blank in listed
        assert any(run.kind == "blank" and run.text == blank for run in every_run(letter))
    assert "Before you send" not in html(letter, cover=False)
    assert "Before you send" in html(letter)
    for (_, _), complete in letters.items():
        assert complete.blanks == () or set(complete.blanks) <= {"[the programme]", "[first and last month]"} | {
            "[24 months before the programme's first date to 12 months after its last]"
        }


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Deputy J. Smith stopped him.", True),
        ("Officer Smith said so.", True),
        ("Badge no. 4711", True),
        ("A deputy stopped him on Officer Street.", True),  # told once too often rather than missed
        ("Melendres v. Arpaio; a sheriff's deputy; the officer; the Trooper", False),
    ],
)
def test_what_looks_like_an_officers_name_is_told_to_the_sender(review: Review, text: str, *, named: bool) -> None:
    details = Details(incidents=({"text": text, "source": "x"},))  # type: ignore[arg-type]
    told = [plain(line) for line in build(review, FLAGGED, "crcl", details).before]
    assert any("looks like an officer's name" in line for line in told) == named


def test_the_agencys_answer_is_carried_in_full(letters: Letters) -> None:
    for kind in ("crcl", "title-vi", "oig"):
        held = [block for block in letters[FLAGGED, kind].part("record").blocks if isinstance(block, Held)]
        assert ("We were never contacted.",) in [block.lines for block in held]


def test_published_figures_carry_their_citation_and_nulls_no_clearance(letters: Letters) -> None:
    notice = text_of(letters[FLAGGED, "agency-notice"])
    assert "ICE monthly statistics, August 2010" in notice
    assert "compatible" in notice
    assert "This is not a clearance" in notice


def test_the_clock_is_never_read(review: Review, full: Details) -> None:
    assert plain(build(review, FLAGGED, "crcl").date) == "30 June 2012"
    assert plain(build(review, FLAGGED, "crcl", full).date) == "1 September 2012"
    dated = build(review, FLAGGED, "crcl", Details(date=full.date))
    assert "31 October 2012" in text_of(dated)  # 60 days after 1 September 2012


def test_the_same_review_and_details_give_the_same_letter(review: Review, full: Details, letters: Letters) -> None:
    again = Review.from_dict(review.to_dict())
    for (place, kind), letter in letters.items():
        assert build(again, place, kind, full) == letter
    assert letters[FLAGGED, "crcl"].review_sha256 == digest(review)
    with pytest.raises(dataclasses.FrozenInstanceError):
        letters[FLAGGED, "crcl"].place = "x"  # type: ignore[misc]


def test_unknown_kinds_places_and_languages_are_refused(review: Review) -> None:
    with pytest.raises(UsageError, match="Did you mean 'crcl'"):
        build(review, FLAGGED, "crlc")
    with pytest.raises(UsageError, match="unknown place"):
        build(review, "00000", "crcl")
    with pytest.raises(ValueError, match="none of the languages"):
        build(review, FLAGGED, "crcl", language="fr")


def test_a_simulated_place_is_marked_on_every_letter(review: Review, letters: Letters) -> None:
    simulated = {place.place for place in review.places if place.simulated}
    assert simulated
    for (place, kind), letter in letters.items():
        assert ("must not be sent" in text_of(letter)) == (place in simulated), (place, kind)


def test_the_finding_of_the_verdict_stands_first(review: Review) -> None:
    place = review.place(FLAGGED)
    first = place.findings[raised(place)[1]]
    reason = place.verdict_reasons[0]
    told = replace(reason, values={**reason.values, "ratio": first.estimate.value})
    assert place.findings[raised(replace(place, verdict_reasons=(told,)))[0]].id == first.id


def test_every_signal_has_its_fields() -> None:
    from auditor.signals.registry import discover

    known = {name for name, signal in discover().items() if signal.card.section != 12}
    assert set(FIELDS) == known
    assert {dataset for needs in FIELDS.values() for dataset in needs} == set(DATASETS)
    words = load("en")
    for field in {field for needs in FIELDS.values() for fields in needs.values() for field in fields}:
        assert f"letter.field.{field}" in words
        assert f"letter.field.{field}.name" in words
        assert "officer" not in field


def test_a_records_request_names_what_each_withheld_test_needs(review: Review) -> None:
    letter = build(review, UNFLAGGED, "records-request")
    reasons = plain(tuple(run for runs in _runs(letter.part("withheld").blocks) for run in runs))
    for entry in review.place(UNFLAGGED).withheld:
        assert entry.reason in reasons or (entry.sentence and entry.sentence.text["en"] in reasons)
    tables = [block for block in letter.part("fields").blocks if isinstance(block, Table)]
    assert tables
    for table in tables:
        assert all(plain(row[2]) for row in table.rows)


def test_months_are_moved_by_the_calendar() -> None:
    """By hand: two years before 16 June 2009, a year after; the last day of a shorter month."""
    from auditor.report.rules import moved

    assert moved(["2009-06-16", "-24"]) == "2007-06-16"
    assert moved(["2009-06-16", "12"]) == "2010-06-16"
    assert moved(["2012-03-31", "-1"]) == "2012-02-29"
    assert moved(["2009-12-31", "2"]) == "2010-02-28"


def test_a_picture_names_what_it_draws(letters: dict[tuple[str, str], Letter]) -> None:
    """Groups are no places, and the bars of two rates no shares."""
    drawn = [block for letter in letters.values() for part in letter.parts for block in part.blocks]
    pictures = [block for block in drawn if isinstance(block, Picture)]
    assert pictures
    for block in pictures:
        who, bar, told = (plain(cell) for cell in block.header)
        groups = {"Hispanic", "White (non-Hispanic)"} & {plain(entry.label) for entry in block.bars}
        assert (who == "Group") == bool(groups)
        assert (bar, told) == (
            ("Rate", "Ratio of the rates") if "rates" in plain(block.caption) else ("Share", "Counts")
        )
