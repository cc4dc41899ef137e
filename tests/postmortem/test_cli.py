import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from postmortem.cli import main
from postmortem.recording.file import read_recording_file


def matrix(series):
    points = [[t, repr(v)] for t, v in zip(series.times.tolist(), series.values.tolist(), strict=True)]
    return {"metric": dict(series.labels), "values": points}


class Fireline:
    """`fireline up` as far as a report needs it: recorded answers, and queries on the seed's samples."""

    def __init__(self, raw, querier):
        self.raw, self.querier = raw, querier

    def answer(self, path, form):
        incident = self.raw.incident
        own = {
            "/api/v1/incidents": [incident],
            f"/api/v1/incidents/{incident['id']}": incident,
            f"/api/v1/incidents/{incident['id']}/events": self.raw.events,
            "/api/v1/events": [],
            "/api/v1/slos": self.raw.slos,
            "/api/v1/signals": self.raw.signals,
            "/api/v1/status/fireline": {"version": "1", "language": "ko", "time_zone": "Asia/Tokyo"},
        }
        if path in own:
            return own[path]
        if path.startswith("/api/v1/incidents/"):
            return None
        return {"status": "success", "data": self.prometheus(path, form)}

    def prometheus(self, path, form):
        first = {name: values[0] for name, values in form.items()}
        if path == "/api/v1/query":
            at = float(first["time"])
            found = self.querier.instant(first["query"], at)
            result = [{"metric": dict(s.labels), "value": [at, repr(s.value)]} for s in found]
            return {"resultType": "vector", "result": result}
        if path == "/api/v1/query_range":
            window = [float(first[name]) for name in ("start", "end", "step")]
            found = self.querier.range(first["query"], *window)
            return {"resultType": "matrix", "result": [matrix(series) for series in found]}
        found = self.querier.series(form["match[]"], float(first["start"]), float(first["end"]))
        return [dict(labels) for labels in found]


@pytest.fixture(scope="module")
def url(seed_raw, seed_querier):
    fireline = Fireline(seed_raw, seed_querier)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            form = parse_qs(parts.query) | parse_qs(self.rfile.read(length).decode())
            found = fireline.answer(parts.path, form)
            body = json.dumps(found).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  the server looks for this name

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def run(*arguments):
    return CliRunner().invoke(main, ["report", *map(str, arguments)])


@pytest.mark.parametrize(
    ("format_", "beginning"), [("md", "# 장애 회고"), ("html", "<!doctype html>"), ("json", "{")]
)
def test_writes_the_report_of_the_latest_incident(url, tmp_path, format_, beginning):
    out = tmp_path / f"report.{format_}"
    result = run("latest", "--url", url, "--out", out, "--lang", "ko", "--format", format_)
    assert result.exit_code == 0, result.output
    assert out.read_text(encoding="utf-8").startswith(beginning)
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(
    ("flags", "title", "zone"),
    [
        ([], "# 장애 회고", "(JST)"),
        (["--lang", "en"], "# Post-mortem", "(JST)"),
        (["--time-zone", "UTC"], "# 장애 회고", "(UTC)"),
    ],
)
def test_language_and_zone_are_the_servers_unless_given(url, tmp_path, flags, title, zone):
    out = tmp_path / "report.md"
    run("latest", "--url", url, "--out", out, *flags)
    text = out.read_text(encoding="utf-8")
    assert text.startswith(title)
    assert zone in text


def test_the_quiet_time_is_asked_for_and_kept_in_the_archive(url, tmp_path):
    out, again = tmp_path / "report.json", tmp_path / "again.md"
    run("latest", "--url", url, "--out", out, "--quiet", "10m")
    archive = json.loads(out.read_text(encoding="utf-8"))
    assert (archive["window"]["quiet_asked_seconds"], archive["impact"]["quiet_seconds"]) == (600.0, 600.0)
    run("--archive", out, "--out", again, "--lang", "en")
    assert "every objective is kept for 10 min" in again.read_text(encoding="utf-8")


def test_an_archive_keeps_its_quiet_time(url, tmp_path):
    out = tmp_path / "report.json"
    run("latest", "--url", url, "--out", out)
    result = run("--archive", out, "--out", tmp_path / "again.md", "--quiet", "10m")
    assert result.exit_code == 2
    assert "--quiet: expected without --archive" in result.output


@pytest.mark.parametrize("quiet", ["0s", "-1m", "soon"])
def test_a_quiet_time_is_a_duration(url, tmp_path, quiet):
    result = run("latest", "--url", url, "--out", tmp_path / "report.md", f"--quiet={quiet}")
    assert result.exit_code == 2
    assert "--quiet" in result.output


def test_a_password_of_the_address_is_not_in_the_report(url, tmp_path):
    out = tmp_path / "report.json"
    result = run("latest", "--url", url.replace("//", "//me:hunter2@"), "--out", out, "--format", "json")
    assert result.exit_code == 0, result.output
    text = out.read_text(encoding="utf-8")
    assert "hunter2" not in text
    assert json.loads(text)["address"] == url


def test_over_http_the_figures_are_those_of_the_embedded_engine(url, tmp_path, seed_report):
    out = tmp_path / "report.json"
    run("2025-09-03-1", "--url", url, "--out", out, "--format", "json")
    facts = {fact["id"]: fact["value"] for fact in json.loads(out.read_text(encoding="utf-8"))["facts"]}
    near = {"signal:product_p95.onset", "signal:cache_hit_ratio.peak", "slo:order-availability:bad:impact"}
    assert {n: facts[n] for n in near} == {f.id: f.value for f in seed_report.facts() if f.id in near}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["nope", "--out", "r.md"], "incident 'nope': expected one that"),
        (["latest", "--out", "missing/r.md"], "expected an existing folder missing"),
        (["latest", "--out", "."], "expected a file, found a folder"),
        (["latest", "--out", "r.md", "--time-zone", "Mars/Olympus"], "expected a zone such as Asia/Seoul"),
        (["latest", "--out", "r.md", "--url", "http://127.0.0.1:1"], "expected Fireline to answer"),
        (["latest", "--out", "r.md", "--url", "http://me:s3@127.0.0.1:1"], ": http://127.0.0.1:1/api/v1/"),
        (["latest", "--out", "r.md", "--url", "nowhere"], "--url: expected a URL such as http://"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(url, tmp_path, monkeypatch, arguments, text):
    monkeypatch.chdir(tmp_path)
    result = run(arguments[0], "--url", url, *arguments[1:])
    assert result.exit_code == 2
    assert text in result.output
    assert result.output.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_records_a_stretch_of_time(url, tmp_path):
    out = tmp_path / "r.json.zst"
    window = ["--from", "1756860000", "--to", "1756866600"]
    result = CliRunner().invoke(main, ["record", "--url", url, *window, "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert len(read_recording_file(out).subjects) >= 7


def test_a_stretch_ends_after_it_begins(url, tmp_path):
    arguments = ["--from", "2000", "--to", "1000", "--out", str(tmp_path / "r.json.zst")]
    result = CliRunner().invoke(main, ["record", "--url", url, *arguments])
    assert (result.exit_code, result.output) == (2, "postmortem: --to: expected after --from\n")


@pytest.mark.parametrize(("ratio", "finds"), [("35%", False), ("60%", True)])
def test_lint_holds_figures_against_what_a_server_recorded(url, tmp_path, ratio, finds):
    path = tmp_path / "review.md"
    path.write_text(f"## Timeline (KST)\n- 2025-09-03 10:09: cache hit ratio {ratio}\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["lint", str(path), "--url", url])
    assert (result.exit_code, "series-disagree" in result.output) == (1, finds), result.output


def test_several_files_are_made_of_one_reading(url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outs = ("r.json", "r.md", "r.html", "R.HTML")
    result = run("latest", "--url", url, *(part for name in outs for part in ("--out", name)))
    assert result.exit_code == 0, result.output
    assert result.output.count(" figures\n") == len(outs)
    verified = CliRunner().invoke(main, ["verify", "r.json"])
    assert verified.exit_code == 0, verified.output
    assert verified.output.count("figures printed") == 2
    assert Path("R.HTML").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_latest_says_which_incident_it_is(url, tmp_path):
    made = run("latest", "--url", url, "--out", tmp_path / "r.md")
    assert "postmortem: latest is 2025-09-03-1: " in made.output


def test_an_archive_is_told_in_the_zone_of_its_server(url, tmp_path):
    archive, document = tmp_path / "r.json", tmp_path / "r.md"
    assert run("latest", "--url", url, "--out", archive).exit_code == 0
    assert run("--archive", archive, "--out", document).exit_code == 0
    assert "Asia/Tokyo" in document.read_text(encoding="utf-8").splitlines()[-1]


def test_a_public_report_is_proven_by_the_archive_kept_beside_it(url, tmp_path):
    out, kept = tmp_path / "review.public.md", tmp_path / "review.json"
    made = run("latest", "--url", url, "--out", out, "--public", "--keep-archive", kept)
    assert (made.exit_code, "no archive is kept" in made.output) == (0, False)
    proven = CliRunner().invoke(main, ["verify", str(kept)])
    assert (proven.exit_code, "review.public.md" in proven.output) == (0, True), proven.output


def test_no_archive_is_kept_over_what_is_written(url, tmp_path):
    out = tmp_path / "review.json"
    result = run("latest", "--url", url, "--out", out, "--public", "--keep-archive", out)
    assert (result.exit_code, out.exists()) == (2, False)
    assert "review.json: expected another file than that of --out" in result.output


def kept_over(url, folder, content, *flags):
    kept = folder / "review.json"
    kept.write_text(content, encoding="utf-8")
    out = folder / "review.md"
    return kept, run("latest", "--url", url, "--out", out, "--keep-archive", kept, *flags)


@pytest.fixture(scope="module")
def archive(url, tmp_path_factory):
    out = tmp_path_factory.mktemp("archive") / "review.json"
    run("latest", "--url", url, "--out", out)
    return out.read_text(encoding="utf-8")


def test_an_earlier_archive_of_the_incident_is_replaced(url, tmp_path, archive):
    earlier = json.loads(archive) | {"series": {}}
    kept, result = kept_over(url, tmp_path, json.dumps(earlier))
    assert result.exit_code == 0, result.output
    assert json.loads(kept.read_text(encoding="utf-8"))["series"]


@pytest.mark.parametrize("other", [{"id": "2025-09-02-1"}, {"detected_at": 1756800000.0}])
def test_the_archive_of_another_incident_is_replaced_by_force_only(url, tmp_path, archive, other):
    content = json.loads(archive)
    content["incident"] |= other
    kept, result = kept_over(url, tmp_path, json.dumps(content))
    assert (result.exit_code, kept.read_text(encoding="utf-8")) == (2, json.dumps(content))
    assert f"found that of {content['incident']['id']}" in result.output
    assert list(tmp_path.iterdir()) == [kept]
    assert kept_over(url, tmp_path, json.dumps(content), "--force")[1].exit_code == 0


@pytest.mark.parametrize("content", ["", "notes", "[]", '{"schema": "fireline.report/0"}'])
def test_what_is_no_archive_is_not_replaced_by_one(url, tmp_path, content):
    kept, result = kept_over(url, tmp_path, content)
    assert (result.exit_code, kept.read_text(encoding="utf-8")) == (2, content)
    assert "an earlier archive of 2025-09-03-1, found something else; --force replaces it" in result.output


def test_force_is_for_the_archive_alone(url, tmp_path):
    result = run("latest", "--url", url, "--out", tmp_path / "r.md", "--force")
    assert (result.exit_code, "--force: expected with --keep-archive only" in result.output) == (2, True)


@pytest.mark.parametrize(
    ("name", "flags", "is_said"),
    [("r.html", (), False), ("r.json", (), False), ("r.md", (), True), ("r.html", ("--public",), True)],
)
def test_that_nothing_is_kept_is_said(url, tmp_path, name, flags, is_said):
    result = run("latest", "--url", url, "--out", tmp_path / name, *flags)
    assert ("no archive is kept, so nobody can verify" in result.output) == is_said
