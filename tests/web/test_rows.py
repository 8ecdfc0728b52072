"""Entries, marks and duties on the web and by the API: whole ways as people go them, and what they must not be able to do."""

from __future__ import annotations

import re
import shutil
import zipfile
from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

from scheduler.domain.users import RIGHTS, Role
from scheduler.errors import NotFound
from scheduler.office.duties import duties
from scheduler.office.incoming import FOLDER, aside, errors_aside, put_aside
from scheduler.office.mark_sheets import mark_sheet, marks_overview, proposed_sheet
from scheduler.office.sign_in import make_token, sign_in
from scheduler.office.trail import trail
from scheduler.office.users import add_user
from scheduler.office.views import rounds
from scheduler.web.access import COOKIE, secret_of
from scheduler.web.app import create_app
from tests.office.books import FIXTURES, PILOT, ROUND, edited, only, setting
from tests.office.conftest import FEW, open_at, stages  # noqa: F401 - the stages of the pilot
from tests.web.conftest import QUICK
from tests.web.test_access import PASSWORD, someone

ENTRIES = f"/rounds/{ROUND}/entries"
MARKS = f"/rounds/{ROUND}/marks"


class Person(TestClient):
    """Somebody who is signed in; forms bring back the secret of the visit."""

    def __init__(self, app, office, name):
        self.user_name = name
        visit = sign_in(office, name=name, password=PASSWORD)
        super().__init__(app, cookies={COOKIE: visit}, raise_server_exceptions=False)
        self.secret = secret_of(visit)

    def sends(self, path, file=None, **data):
        files = {"file": (file.name, file.read_bytes())} if file else None
        return self.post(path, data={"csrf": self.secret, **data}, files=files)


def staffed(folder, day=None):
    office = open_at(folder, day) if day else open_at(folder)
    institution, examiner = someone(office)
    for name, role, of in (
        ("zhou", Role.COORDINATOR, ""),
        ("wu", Role.COORDINATOR, ""),
        ("audit", Role.AUDITOR, ""),
        ("clerk", Role.CLERK, institution),
        ("exam", Role.EXAMINER, examiner),
    ):
        add_user(office, name=name, role=role, password=PASSWORD, of=of)
    return office


@pytest.fixture(scope="module")
def published(stages, tmp_path_factory):  # noqa: F811
    """A published pilot with users, to be copied."""
    folder = tmp_path_factory.mktemp("rows") / "desk"
    shutil.copytree(stages("published"), folder)
    staffed(folder).close()
    return folder


@pytest.fixture
def office(published, tmp_path):
    shutil.copytree(published, tmp_path / "desk")
    with open_at(tmp_path / "desk") as opened:
        yield opened


@pytest.fixture
def app(office):
    return create_app(office, QUICK)


@pytest.fixture
def zhou(app, office):
    return Person(app, office, "zhou")


@pytest.fixture
def wu(app, office):
    return Person(app, office, "wu")


def digest_in(page):
    return re.search(r'name="sha256" value="([0-9a-f]{64})"', page.text)[1]


def left_behind(office):
    return [one for one in (office.settings.file.parent / FOLDER).rglob("*") if one.is_file()]


def entries_of(office):
    with office.registry.transaction(write=False) as store:
        return {one.candidate.name: one for one in store.rounds.entries(ROUND)}


def test_a_workbook_is_previewed_corrected_and_read(zhou, office, tmp_path):
    name = FEW[0]
    book = edited(
        PILOT / "entries.xlsx", tmp_path / "改.xlsx", only("报名表", FEW), setting("报名表", name, "备注", "新备注"),
        setting("报名表", FEW[1], "证件号码", "110101199001011237"),
    )  # fmt: skip
    page = zhou.sends(f"{ENTRIES}/import", book)
    assert page.status_code == 200
    assert "新备注" in page.text
    assert page.text.count('<tr class="error">') == 1
    assert entries_of(office)[name].remark != "新备注"  # nothing is kept by looking
    at = page.url.path
    errors = zhou.get(f"{at}/errors")
    assert errors.content[:2] == b"PK"
    done = zhou.sends(at, sha256=digest_in(page))
    assert done.status_code == 200
    assert entries_of(office)[name].remark == "新备注"
    assert trail(office, what="enrol").acts[0].who == "zhou"
    assert zhou.get(at).status_code == 404  # used
    assert zhou.get(f"{at}/errors").content[:2] == b"PK"  # what is to be corrected can still be had


def test_only_the_file_that_was_previewed_is_read(zhou, wu, office):
    page = zhou.sends(f"{ENTRIES}/import", PILOT / "entries.xlsx")
    at, digest = page.url.path, digest_in(page)
    before = len(trail(office, what="enrol").acts)
    assert zhou.sends(at).status_code == 422
    assert zhou.sends(at, sha256="0" * 64).status_code == 409
    assert wu.get(at).status_code == 404
    assert wu.sends(at, sha256=digest).status_code == 404
    (file,) = (one for one in left_behind(office) if one.suffix == ".xlsx")
    file.write_bytes((PILOT / "marks.xlsx").read_bytes())
    assert zhou.sends(at, sha256=digest).status_code == 409
    assert len(trail(office, what="enrol").acts) == before


def test_unknown_headings_are_chosen_once_and_remembered(zhou, office, tmp_path):
    def rename(book):
        for cell in book["报名表"][1]:
            cell.value = "参评者\nWho" if str(cell.value).startswith("姓名") else cell.value

    book = edited(PILOT / "entries.xlsx", tmp_path / "odd.xlsx", only("报名表", FEW), rename)
    page = zhou.sends(f"{ENTRIES}/import", book)
    at = page.url.path
    assert 'name="heading" value="参评者\nWho"' in page.text
    assert 'name="sha256"' not in page.text  # nothing to confirm before the columns are understood
    heading = "参评者\r\nWho"  # as a browser sends it back
    assert zhou.sends(f"{at}/columns", heading=heading, column="").status_code == 422
    assert zhou.sends(f"{at}/columns", heading=heading, column="nonsense").status_code == 422
    assert not (office.settings.file.parent / "mappings.toml").exists()
    chosen = zhou.sends(f"{at}/columns", heading=heading, column="姓名")
    assert chosen.status_code == 200
    assert digest_in(chosen)
    again = zhou.sends(f"{ENTRIES}/import", book)
    assert digest_in(again)
    assert (office.settings.file.parent / "mappings.toml").is_file()


HOSTILE = sorted(one for one in (FIXTURES / "hostile").iterdir() if one.suffix in {".xlsx", ".xls", ".ods", ".csv"})


@pytest.mark.parametrize("file", HOSTILE, ids=lambda one: one.name)
def test_hostile_workbooks_are_told_not_read(zhou, office, file):
    before = entries_of(office)
    page = zhou.sends(f"{ENTRIES}/import", file)
    assert page.status_code == (200 if file.stat().st_size else 422)
    if file.stat().st_size:
        told = 'role="alert"' in page.text or 'class="error"' in page.text or 'name="heading"' in page.text
        assert told or 'name="sha256"' in page.text
        for how in ("", "?columns=true"):
            assert zhou.get(page.url.path + how).status_code == 200
    assert zhou.sends(MARKS, file).status_code in {409, 422}
    assert entries_of(office) == before


def test_bombs_other_files_and_long_ones(zhou, office, tmp_path):
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b" " * (400 << 20))
    assert bomb.stat().st_size < 1 << 20
    page = zhou.sends(f"{ENTRIES}/import", bomb)
    assert (page.status_code, 'role="alert"' in page.text) == (200, True)
    assert 'name="sha256"' not in page.text
    for name, content in (("x.exe", b"MZ"), ("x.xlsx", b""), ("", b"x"), ("../../etc/passwd", b"x")):
        answer = zhou.post(f"{ENTRIES}/import", data={"csrf": zhou.secret}, files={"file": (name, content)})
        assert answer.status_code == 422
    assert zhou.sends(f"{ENTRIES}/import").status_code == 422
    long = zhou.post(f"{ENTRIES}/import", data={"csrf": zhou.secret}, files={"file": ("x.csv", b"x" * (10 << 20))})
    assert long.status_code == 413
    page = zhou.post(
        f"{ENTRIES}/import", data={"csrf": zhou.secret}, files={"file": ("../../a/b<i>.csv", b"a,b\n1,2\n")}
    )
    assert "<i>" not in page.text
    assert all(one.is_relative_to(office.settings.file.parent / FOLDER) for one in left_behind(office))


def test_uploads_are_gone_after_a_day_and_nobody_else_s(office):
    sent = put_aside(office, name="a.csv", content=b"x")
    assert aside(office, aside_id=sent.id) == sent
    for wrong in ("0" * 32, "..", "", "../" + sent.id):
        with pytest.raises(NotFound):
            aside(office, aside_id=wrong)
        with pytest.raises(NotFound):
            errors_aside(office, aside_id=wrong)
    assert oct((office.settings.file.parent / FOLDER).stat().st_mode)[-3:] == "700"
    with open_at(office.settings.file.parent, office.today() + timedelta(days=2)) as later:
        with pytest.raises(NotFound):
            aside(later, aside_id=sent.id)
        put_aside(later, name="b.csv", content=b"y")
        assert {one.name for one in left_behind(later)} == {"b.csv", "about.json"}


def test_a_clerk_sees_own_rows_only(app, office, zhou):
    clerk, exam = Person(app, office, "clerk"), Person(app, office, "exam")
    institution, _ = someone(office)
    own = {e.candidate.name for e in entries_of(office).values() if e.institution_id == institution}
    others = {e.candidate.name for e in entries_of(office).values() if e.institution_id != institution} - own
    assert own
    assert others

    def names(person):
        found, page = set(), 1
        while rows := re.findall(r'<tr><th scope="row">([^<]+)</th>', person.get(f"{ENTRIES}?page={page}").text):
            found, page = found | set(rows), page + 1
        return found

    assert names(clerk) == own
    assert names(zhou) == own | others
    stranger = min(others)
    assert stranger not in clerk.get(f"{ENTRIES}?find={stranger}").text.replace(f'value="{stranger}"', "")
    assert exam.get(ENTRIES).status_code == 403
    page = zhou.get(ENTRIES).text
    assert not any(e.candidate.document.number in page for e in entries_of(office).values())
    _, token = make_token(office, name="clerk", scopes=tuple(RIGHTS[Role.CLERK]))
    headers = {"Authorization": f"Bearer {token}"}
    listed = TestClient(app).get(f"/api/v1{ENTRIES}", headers=headers).json()
    assert listed["total"] == sum(e.institution_id == institution for e in entries_of(office).values())
    (seen,) = TestClient(app).get("/api/v1/rounds", headers=headers).json()
    assert seen["entries"] == listed["total"] < len(entries_of(office))


def test_rounds_are_counted_as_far_as_one_may_see(office):
    institution, examiner = someone(office)
    with office.registry.transaction(write=False) as store:
        clerk, exam = store.users.user("clerk"), store.users.user("exam")
        plan = store.plans.published(ROUND).plan
    (every,), (own,), (duty,) = (rounds(office, viewer=one) for one in (None, clerk, exam))
    sessions = {s.id for s in plan.sessions if examiner in s.examiner_ids}
    assert every.entries == len(entries_of(office))
    assert own.entries == sum(e.institution_id == institution for e in entries_of(office).values())
    assert duty.entries == len({s.party_id for s in plan.sittings if s.session_id in sessions})
    assert (duty.outcomes, duty.certificates) == (None, None)
    assert 0 < own.entries < every.entries


def test_marks_go_from_one_person_to_another(zhou, wu, office, app, tmp_path):
    few = edited(PILOT / "marks.xlsx", tmp_path / "few.xlsx", only("成绩表", FEW))
    page = zhou.sends(MARKS, few)
    assert page.status_code == 200
    (proposal,) = marks_overview(office, round_id=ROUND).proposals
    at = f"{MARKS}/entered/{proposal.id}"
    assert zhou.sends(at, how="as-shown", step="1").status_code == 409
    assert "as-shown" not in zhou.get(at).text
    seen = wu.get(at).text
    assert seen.index("<details>") < seen.index('class="readings"')  # the first reading is shown only when asked for
    other = edited(few, tmp_path / "other.xlsx", setting("成绩表", "理论", "成绩", 1))
    compared = wu.sends(at, other, how="file", step="1")
    assert compared.status_code == 200
    assert {"<mark>1</mark>", "<mark>72</mark>"} <= set(re.findall("<mark>[0-9]+</mark>", compared.text))
    assert wu.sends(at, how="as-shown", step="1").status_code == 409  # an old page
    audit = Person(app, office, "audit")
    assert audit.get(at).status_code == 200
    assert audit.sends(at, how="as-shown", step="2").status_code == 403
    (left,) = marks_overview(office, round_id=ROUND).proposals
    assert {key[0] for key in left.waiting} == {entries_of(office)[name].id for name in FEW}
    assert len(left.waiting) == len(FEW)  # theory alone
    done = zhou.sends(at, few, how="file", step="2")  # the first one looked again and stays by it
    assert "<mark>72</mark>" in done.text
    done = wu.sends(at, few, how="file", step="3")  # so it was the second one
    assert "<mark>" not in done.text
    assert marks_overview(office, round_id=ROUND).proposals == ()
    with office.registry.transaction(write=False) as store:
        assert {o.entry_id for o in store.results.outcomes(ROUND)} == {entries_of(office)[name].id for name in FEW}


def fields(sheet, value):
    return {
        f"{n}/{row.entry_id}/{row.component.id}/{key}": said
        for n, row in enumerate(sheet.rows, 1)
        for key, said in value(row).items()
    }


def full(row, share=0.8):
    items = {f"item:{item.id}": str(item.full_pts * share) for item in row.component.items}
    return items or {"pts": str(row.component.full_pts * share)}


def test_marks_typed_on_the_page_of_a_session(zhou, wu, office):
    for session in {s.components: s for s in marks_overview(office, round_id=ROUND).sessions}.values():
        sheet = mark_sheet(office, round_id=ROUND, session_id=session.session_id)
        at = f"{MARKS}/session/{session.session_id}"
        assert zhou.get(at).text.count('<th scope="row">') == session.seated
        wrong = zhou.sends(at, **fields(sheet, lambda _: {"pts": "<b>9"}))
        assert wrong.status_code == 422
        assert "&lt;b&gt;9" in wrong.text  # what was typed stays, to be corrected
        entered = zhou.sends(at, **fields(sheet, full))
        assert entered.status_code == 200, entered.text
        again = entered.url.path + "/again"
        assert 'value="80' not in wu.get(again).text  # the second person does not see what the first one typed
        proposal_id = entered.url.path.rsplit("/", 1)[1]
        waiting = proposed_sheet(office, round_id=ROUND, proposal_id=proposal_id)
        done = wu.sends(entered.url.path, how="typed", step="1", **fields(waiting, full))
        assert "<mark>" not in done.text
    overview = marks_overview(office, round_id=ROUND)
    assert overview.proposals == ()
    assert sum(s.recorded for s in overview.sessions) > 0
    assert {a.who for a in trail(office, what="marks").acts} == {"zhou", "wu"}


def test_marks_taken_back(zhou, wu, office, tmp_path):
    few = edited(PILOT / "marks.xlsx", tmp_path / "few.xlsx", only("成绩表", FEW))
    zhou.sends(MARKS, few)
    (proposal,) = marks_overview(office, round_id=ROUND).proposals
    at = f"{MARKS}/entered/{proposal.id}"
    assert wu.sends(at, how="withdraw", step="1").status_code == 409
    assert wu.sends(MARKS, few).status_code == 409
    assert zhou.sends(at, how="withdraw", step="1").status_code == 200
    assert marks_overview(office, round_id=ROUND).proposals == ()


def test_an_examiner_answers_own_duties_only(published, tmp_path):
    shutil.copytree(published, tmp_path / "desk")
    with open_at(tmp_path / "desk", date(2026, 6, 1)) as office:
        exam = Person(create_app(office, QUICK), office, "exam")
        page = exam.get("/duties")
        sessions = re.findall(r'name="session_id" value="([^"]+)"', page.text)
        _, examiner = someone(office)
        with office.registry.transaction(write=False) as store:
            plan = store.plans.published(ROUND).plan
        assert set(sessions) == {s.id for s in plan.sessions if examiner in s.examiner_ids}
        foreign = next(s.id for s in plan.sessions if examiner not in s.examiner_ids)
        said = {"round_id": ROUND, "session_id": sessions[0]}
        assert exam.sends("/duties", **said, answer="no").status_code == 422
        assert exam.sends("/duties", **said, answer="maybe").status_code == 422
        assert exam.sends("/duties", round_id=ROUND, session_id=foreign, answer="yes").status_code == 404
        assert exam.sends("/duties", **said, answer="yes").status_code == 200
        assert duties(office, round_id=ROUND).accepted == 1
        page = exam.sends("/duties", **said, answer="no", reason="住院 <i>")
        assert "住院 &lt;i&gt;" in page.text
        (request,) = duties(office, round_id=ROUND).requests
        assert (request.examiner_id, request.session_id, request.reason) == (examiner, sessions[0], "住院 <i>")
    with open_at(tmp_path / "desk") as after:
        late = Person(create_app(after, QUICK), after, "exam")
        assert late.sends("/duties", **said, answer="yes").status_code == 409


@pytest.fixture
def script(app, office):
    def call(name, path, file=None, **data):
        role = {"zhou": Role.COORDINATOR, "wu": Role.COORDINATOR, "clerk": Role.CLERK}[name]
        _, token = make_token(office, name=name, scopes=tuple(RIGHTS[role]))
        files = {"file": (file.name, file.read_bytes())} if file else None
        client = TestClient(app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False)
        return client.post(f"/api/v1{path}", data=data, files=files)

    return call


def test_a_round_by_the_api(script, office, tmp_path):
    look = script("zhou", "/rounds", PILOT / "setup.xlsx", dry_run="true")
    assert (look.status_code, look.json()["round_id"], look.json()["dry_run"]) == (200, ROUND, True)
    few = edited(PILOT / "entries.xlsx", tmp_path / "few.xlsx", only("报名表", FEW))
    read = script("zhou", ENTRIES, few)
    assert read.json()["counts"] == {
        "new": 0,
        "changed": 0,
        "same": 3,
        "rejected": 0,
        "kept": len(entries_of(office)) - 3,
    }
    assert script("clerk", ENTRIES, few).status_code == 403
    assert script("zhou", ENTRIES).status_code == 422
    assert script("zhou", ENTRIES, FIXTURES / "hostile" / "truncated.xlsx").status_code == 422
    assert script("zhou", "/rounds/none/entries", few).status_code == 404
    assert script("zhou", f"/rounds/{ROUND}/publish", version="1").status_code == 409
    assert script("zhou", f"/rounds/{ROUND}/publish", version="77").status_code == 404
    marks = edited(PILOT / "marks.xlsx", tmp_path / "marks.xlsx", only("成绩表", FEW))
    first = script("zhou", MARKS, marks).json()
    at = f"{MARKS}/{first['proposal_id']}"
    assert script("zhou", at, marks, step="1").status_code == 409
    second = script("wu", at, marks, step="1").json()
    assert (second["recorded"], second["waiting"], first["waiting"]) == (first["waiting"], 0, first["waiting"])
    assert script("wu", at, marks, step="1").status_code == 409
    assert not left_behind(office)


def test_the_description_of_the_api_names_the_new_parts(app):
    described = TestClient(app).get("/api/v1/openapi.json").json()["paths"]
    assert "multipart/form-data" in described["/api/v1/rounds/{round_id}/entries"]["post"]["requestBody"]["content"]
    assert "/api/v1/rounds/{round_id}/marks/{proposal_id}" in described
