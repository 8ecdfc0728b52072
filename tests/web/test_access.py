"""Who may do what: every route by every role, signing in and out, forms of strangers, limits, tokens, own rows only."""

from __future__ import annotations

import re
import shutil

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from scheduler.cli.main import app as commands
from scheduler.domain.users import RIGHTS, Right, Role
from scheduler.errors import Conflict, InputError, NotFound
from scheduler.office.board import board
from scheduler.office.passwords import digest, fits
from scheduler.office.sign_in import bearer, make_token, sign_in, visitor
from scheduler.office.sign_in import tokens as tokens_of
from scheduler.office.trail import trail
from scheduler.office.users import add_user, disable_user, set_password, set_role, users
from scheduler.web import access
from scheduler.web.app import Options, create_app, public_routes_of
from tests.office.books import ROUND
from tests.office.conftest import open_at, stages  # noqa: F401 - the stages of the pilot
from tests.web.conftest import QUICK
from tests.web.needed import EMPTY, NEEDED, PARTS

PASSWORD = "梧桐 harbour 七点半"
OF = {Role.CLERK: "I1", Role.EXAMINER: "K01"}


@pytest.fixture(scope="module")
def staffed(issued, tmp_path_factory):
    """The issued office with one user of every role."""
    folder = tmp_path_factory.mktemp("staff") / "desk"
    shutil.copytree(issued.settings.file.parent, folder)
    with open_at(folder) as office:
        institution, examiner = someone(office)
        for role in Role:
            of = {Role.CLERK: institution, Role.EXAMINER: examiner}.get(role, "")
            add_user(office, name=role.value, role=role, password=PASSWORD, of=of)
        yield office


def someone(office):
    """An institution that has candidates, and an examiner who has duties."""
    with office.registry.transaction(write=False) as store:
        entries = store.rounds.entries(ROUND)
        plan = store.plans.version(ROUND, None).plan
    return entries[0].institution_id, next(s.examiner_ids[0] for s in plan.sessions if s.examiner_ids)


@pytest.fixture(scope="module")
def app(staffed):
    return create_app(staffed, QUICK)


@pytest.fixture(scope="module")
def visits(staffed):
    return {role: sign_in(staffed, name=role.value, password=PASSWORD) for role in Role}


@pytest.fixture(scope="module")
def tokens(staffed):
    return {role: make_token(staffed, name=role.value, scopes=tuple(RIGHTS[role]))[1] for role in Role}


def signed_in(app, secret):
    return TestClient(
        app, cookies={access.COOKIE: secret} if secret else None, follow_redirects=False, raise_server_exceptions=False
    )


def guarded(app):
    return sorted(
        (method, route.path)
        for route in access.api_routes(app.app)
        for method in route.methods
        if access.guarded(route)
    )


def test_every_guarded_route_is_in_the_table(app):
    assert guarded(app) == sorted(NEEDED)
    every = {(method, route.path) for route in access.api_routes(app.app) for method in route.methods}
    assert every == set(NEEDED) | public_routes_of("/v")


@pytest.mark.parametrize(("method", "path"), sorted(NEEDED))
@pytest.mark.parametrize("role", [*Role, None])
def test_every_route_by_every_role(app, visits, tokens, method, path, role):
    right, api = NEEDED[method, path], path.startswith("/api/")
    client = signed_in(app, visits[role] if role and not api else "")
    headers = {"Authorization": f"Bearer {tokens[role]}"} if role and api else {}
    answer = client.request(method, path.format_map(PARTS), headers=headers)
    may = role is not None and (right is None or right in RIGHTS[role])
    if role is None:
        assert answer.status_code == (401 if api else 303 if method == "GET" else 403)
    elif method == "GET" and (method, path) not in EMPTY:
        assert answer.status_code == (200 if may else 403)
    elif method == "POST" and not api:
        assert answer.status_code == 403  # without the form's secret nobody may
        if path != "/logout":
            answer = client.request(method, path.format_map(PARTS), headers={"X-CSRF": access.secret_of(visits[role])})
    if role is not None:
        assert (answer.status_code not in {401, 403, 500}) == may or path == "/logout"


def test_open_route_that_is_not_listed_stops_the_start(app):
    with pytest.raises(RuntimeError, match="/rounds"):
        access.refuse_open_routes(app.app, public_routes_of("/v") | {("GET", "/rounds")})
    with pytest.raises(RuntimeError, match="/healthz"):
        access.refuse_open_routes(app.app, public_routes_of("/v") - {("GET", "/healthz")})


def test_cookies_do_not_open_the_api_and_tokens_no_pages(app, visits, tokens):
    assert signed_in(app, visits[Role.AUDITOR]).get("/api/v1/rounds").status_code == 401
    answer = signed_in(app, "").get("/rounds", headers={"Authorization": f"Bearer {tokens[Role.AUDITOR]}"})
    assert answer.status_code == 303


def test_sign_in_leads_where_one_wanted_and_sign_out_ends_it(app):
    client = signed_in(app, "")
    away = client.get("/trail?who=tester")
    assert away.headers["location"] == "/login?next=%2Ftrail%3Fwho%3Dtester"
    entered = client.post("/login", data={"name": "Auditor ", "password": PASSWORD, "next": "/trail?who=tester"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/trail?who=tester")
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    page = client.get("/trail")
    assert page.status_code == 200
    secret = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)[1]
    assert client.post("/logout", data={"csrf": "0" * 40}).status_code == 403
    foreign = client.post("/logout", data={"csrf": secret}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    kept = client.cookies[access.COOKIE]
    assert client.post("/logout", data={"csrf": secret}).status_code == 303
    assert signed_in(app, kept).get("/trail").status_code == 303


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb", ""]
)
def test_sign_in_leads_nowhere_else(app, address):
    answer = signed_in(app, "").post("/login", data={"name": "auditor", "password": PASSWORD, "next": address})
    assert answer.headers["location"] == "/rounds"


def test_wrong_passwords_are_limited_and_alike(staffed):
    client = signed_in(create_app(staffed, QUICK), "")
    wrong = [client.post("/login", data={"name": "auditor", "password": "x" * 12}) for _ in range(11)]
    none = client.post("/login", data={"name": "nobody", "password": "x" * 12})
    assert [one.status_code for one in wrong] == [403] * 10 + [429]
    assert none.status_code == 403
    assert none.text == wrong[0].text
    assert client.post("/login", data={"name": "auditor", "password": PASSWORD}).status_code == 429
    assert client.post("/login", data={"name": "issuer", "password": PASSWORD}).status_code == 303


def test_cookie_goes_by_https_only_where_asked(staffed):
    client = signed_in(create_app(staffed, Options(secure=True)), "")
    entered = client.post("/login", data={"name": "auditor", "password": PASSWORD})
    assert "secure" in entered.headers["set-cookie"].lower()


def test_change_of_role_or_password_and_disabling_end_every_visit(staffed):
    add_user(staffed, name="wang", role=Role.AUDITOR, password=PASSWORD)
    for change in (
        lambda: set_role(staffed, name="wang", role=Role.COORDINATOR),
        lambda: set_password(staffed, name="wang", password=PASSWORD + "!"),
        lambda: disable_user(staffed, name="wang"),
    ):
        secret = sign_in(staffed, name="wang", password=PASSWORD)
        _, token = make_token(staffed, name="wang", scopes=(Right.READ_TRAIL,))
        assert visitor(staffed, secret=secret).name == "wang"
        change()
        assert visitor(staffed, secret=secret) is None
        if not users_by_name(staffed)["wang"].active:
            assert bearer(staffed, secret=token) is None
        set_password(staffed, name="wang", password=PASSWORD)
    assert sign_in(staffed, name="wang", password=PASSWORD) is None


def users_by_name(office):
    return {one.name: one for one in users(office)}


def test_visit_ends_with_the_day(staffed):
    secret = sign_in(staffed, name="printer", password=PASSWORD)
    with open_at(staffed.settings.file.parent, staffed.today().replace(day=2)) as later:
        assert visitor(later, secret=secret) is None


def test_token_may_no_more_than_its_scopes_and_its_user(staffed, app):
    _, secret = make_token(staffed, name="auditor", scopes=(Right.READ_ROUNDS,))
    client = TestClient(app, headers={"Authorization": f"Bearer {secret}"})
    assert client.get("/api/v1/rounds").status_code == 200
    assert client.get("/api/v1/trail").status_code == 403
    with pytest.raises(InputError):
        make_token(staffed, name="printer", scopes=(Right.READ_TRAIL,))
    with pytest.raises(InputError):
        make_token(staffed, name="printer", scopes=())
    with open_at(staffed.settings.file.parent, staffed.today().replace(year=2027)) as later:
        assert bearer(later, secret=secret) is None


def test_tokens_are_listed_and_revoked(staffed, monkeypatch):
    made, secret = make_token(staffed, name="auditor", scopes=(Right.READ_ROUNDS,), label="夜间脚本")
    monkeypatch.chdir(staffed.settings.file.parent)

    def call(*words):
        return CliRunner().invoke(commands, ["token", *words])

    assert f"{made.id}  auditor" in call("--list").stdout
    assert secret not in call("--list", "--json").stdout
    assert call("--revoke", made.id, "--dry-run").exit_code == 0
    assert bearer(staffed, secret=secret) is not None
    assert call("--revoke", made.id).exit_code == 0
    assert bearer(staffed, secret=secret) is None
    assert next(t for t in tokens_of(staffed) if t.id == made.id).revoked
    assert trail(staffed, what="token").acts[0].detail == f"{made.id} of auditor revoked"
    assert call("--revoke", "none").exit_code != 0
    assert call().exit_code != 0
    assert call("auditor", "--list").exit_code != 0


def test_registry_keeps_no_secret(staffed, visits, tokens):
    raw = b"".join(path.read_bytes() for path in staffed.settings.file.parent.glob("registry.sqlite3*"))
    assert PASSWORD.encode() not in raw
    for secret in (*visits.values(), *tokens.values()):
        assert secret.encode() not in raw
    assert b"$argon2id$" in raw


def test_passwords_are_digested_by_argon2id_and_easy_ones_refused():
    kept = digest(PASSWORD, "wang")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert fits(PASSWORD, kept)
    assert not fits(PASSWORD + " ", kept)
    for easy in ("short", "aaaaaaaaaaaaaaaa", "my name is wang!", "x" * 201):
        with pytest.raises(InputError):
            digest(easy, "wang")


@pytest.mark.parametrize("name", ["", "a", "A B", "x" * 41, "wang\n", "../x"])
def test_names_that_cannot_be_taken(staffed, name):
    with pytest.raises(InputError):
        add_user(staffed, name=name, role=Role.AUDITOR, password=PASSWORD)


def test_users_are_looked_after(staffed):
    with pytest.raises(Conflict):
        add_user(staffed, name="auditor", role=Role.AUDITOR, password=PASSWORD)
    with pytest.raises(NotFound):
        disable_user(staffed, name="nobody")
    with pytest.raises(InputError):
        add_user(staffed, name="li", role=Role.CLERK, password=PASSWORD)
    with pytest.raises(InputError):
        add_user(staffed, name="li", role=Role.AUDITOR, password=PASSWORD, of="I1")
    add_user(staffed, name="li", role=Role.AUDITOR, password=PASSWORD, dry_run=True)
    assert "li" not in users_by_name(staffed)
    assert [a.detail for a in trail(staffed, what="users").acts][-1] == "add coordinator as coordinator"


def test_clerk_sees_own_candidates_and_examiner_own_sessions_only(staffed):
    seen = {
        role: board(staffed, round_id=ROUND, viewer=users_by_name(staffed)[role.value])
        for role in (Role.COORDINATOR, Role.CLERK, Role.EXAMINER)
    }
    institution, examiner = someone(staffed)
    with staffed.registry.transaction(write=False) as store:
        entries = {e.id: e for e in store.rounds.entries(ROUND)}
        plan = store.plans.published(ROUND).plan
    own = {e.id for e in entries.values() if e.institution_id == institution}
    duties = {s.id for s in plan.sessions if examiner in s.examiner_ids}

    def sessions(found):
        return {p.session_id: p.used for _, _, lanes in found.sites for lane in lanes for day in lane.days for p in day}

    counts = {s.id: [x.party_id for x in plan.sittings if x.session_id == s.id] for s in plan.sessions}
    assert sessions(seen[Role.COORDINATOR]) == {id_: len(parties) for id_, parties in counts.items()}
    clerks = {id_: sum(p in own for p in parties) for id_, parties in counts.items()}
    assert sessions(seen[Role.CLERK]) == {id_: n for id_, n in clerks.items() if n}
    assert sessions(seen[Role.EXAMINER]) == {id_: len(counts[id_]) for id_ in duties}
    assert 0 < len(duties) < len(plan.sessions)


def test_drafts_are_not_for_clerks(stages, tmp_path):  # noqa: F811
    shutil.copytree(stages("planned"), tmp_path / "desk")
    with open_at(tmp_path / "desk") as office:
        clerk = add_user(office, name="li", role=Role.CLERK, password=PASSWORD, of="I1")
        coordinator = add_user(office, name="zhou", role=Role.COORDINATOR, password=PASSWORD)
        assert board(office, round_id=ROUND, viewer=coordinator).state == "draft"
        for version in (None, 1):
            with pytest.raises(NotFound):
                board(office, round_id=ROUND, viewer=clerk, version=version)


def test_filters_and_pages_read(app, visits, staffed):
    client = signed_in(app, visits[Role.COORDINATOR])
    page = client.get(f"/rounds/{ROUND}/board")
    assert "<meter" in page.text
    sites = re.findall(r'<section aria-labelledby="site-', page.text)
    site = re.search(r'<select name="site">.*?<option value="([^"]+)"', page.text, re.DOTALL)[1]
    filtered = client.get(f"/rounds/{ROUND}/board", params={"site": site, "component": "", "version": 1})
    assert len(re.findall(r'<section aria-labelledby="site-', filtered.text)) == 1 <= len(sites)
    assert client.get("/rounds/none/board").status_code == 404
    assert client.get(f"/rounds/{ROUND}/board?version=99").status_code == 404
    assert client.get("/trail?what=issue").text.count("<time") == len(trail(staffed, what="issue").acts) > 0
    assert ROUND in client.get("/rounds").text
