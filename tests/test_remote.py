"""Files behind URLs: the same bits, and an error instead of a number wherever a server fails."""

import base64
import contextlib
import io
import pickle
import re
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import boto3
import pandas as pd
import pytest
import s3fs
from moto.server import ThreadedMotoServer
from process import SAMPLES, shell

import losscli
from losscli.data.storage import packed, remote
from losscli.errors import DataError, UsageError

TEXT = "y_true,y_pred,city\n" + "".join(
    f"{k % 97 / 7},{k % 89 / 3},c{k % 7}\n" for k in range(300_000)
)
DATA = TEXT.encode()
WORDS: Any = {"losses": "mse,huber", "by": "city"}
KEYS = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    "AWS_DEFAULT_REGION": "us-east-1",
}


class Page(BaseHTTPRequestHandler):
    """Answers as the path says."""

    asked: ClassVar[Counter[str]] = Counter()
    ranges: ClassVar[list[int]] = []
    saved: ClassVar[bytes] = b""

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        kind = self.path.partition("?")[0].strip("/").partition(".")[0]
        self.asked[kind] += 1
        code = {"missing": 404, "denied": 403, "down": 503}.get(kind, 206)
        if kind == "login":
            wanted = "Basic " + base64.b64encode(b"me:pass word").decode()
            code = 206 if self.headers["Authorization"] == wanted else 401
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"] or "")
        assert match
        start, stop = int(match[1]), int(match[2]) + 1
        data = self.saved if kind == "saved" else DATA
        size, tag = len(data), '"a"'
        stop = min(stop, size)
        if kind == "whole":
            code, start, stop = 200, 0, size
        if kind == "changes" and self.asked[kind] > 4:
            tag = '"b"'
        if kind == "grows" and self.asked[kind] > 4:
            size += 1
        if kind == "shifts":
            start, stop = start + 1, stop + 1
        body = data[start:stop] if code < 300 else b""
        self.ranges.append(len(body))
        self.send_response(code)
        self.send_header("ETag", tag)
        self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{size}")
        if kind != "endless":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        drops = kind in ("drops", "endless") or (kind == "once" and self.asked[kind] in (3, 5))
        if drops and len(body) > 1:
            body = body[: len(body) // 2]
        with contextlib.suppress(OSError):
            self.wfile.write(body)
        self.close_connection = True


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_PAUSE", 0.001)


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def store() -> Iterator[dict[str, str]]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = {**KEYS, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        client = boto3.client("s3", endpoint_url=environment["AWS_ENDPOINT_URL"])
        client.create_bucket(Bucket="preds")
        client.put_object(Bucket="preds", Key="all.csv", Body=DATA)
        half = DATA.index(b"\n", len(DATA) // 2) + 1
        head = DATA[: DATA.index(b"\n") + 1]
        for name, body in (("a.csv", DATA[:half]), ("b.csv", head + DATA[half:])):
            client.put_object(Bucket="preds", Key=f"parts/{name}", Body=body)
        for name in ("parts/_SUCCESS", "parts/"):  # a console makes the second with a folder
            client.put_object(Bucket="preds", Key=name, Body=b"")
        client.put_object(Bucket="preds", Key="odd/[all].csv", Body=DATA)
        client.close()
        yield environment
    server.stop()


@pytest.fixture(scope="module")
def of_file(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("remote") / "p.csv"
    path.write_bytes(DATA)
    return numbers(path)


def numbers(path: Any, **words: Any) -> Any:
    found = losscli.evaluate(path, **WORDS, **words).to_dict()
    found["data"].pop("files")
    for row in found["outliers"]["worst"]:
        row.pop("file")
        row.pop("row")
    return found


@pytest.mark.parametrize("engine", ["threads", "processes"])
def test_a_bucket_has_the_bits_of_the_file(
    store: dict[str, str], of_file: Any, engine: str
) -> None:
    assert store
    for path in ("s3://preds/all.csv", "s3://preds/odd/[all].csv"):
        assert numbers(path, engine=engine) == of_file


@pytest.mark.parametrize(
    "path", ["s3://preds/parts", "s3://preds/parts/", "s3://preds/parts/*.csv"]
)
def test_folders_and_patterns_of_a_bucket_are_one_dataset(
    store: dict[str, str], of_file: Any, path: str
) -> None:
    assert store
    assert numbers(path) == of_file


def test_a_cluster_reads_a_bucket(store: dict[str, str], of_file: Any) -> None:
    assert store
    assert numbers("s3://preds/all.csv", engine="dask", scheduler="local:1") == of_file


@pytest.mark.parametrize("engine", ["threads", "processes"])
@pytest.mark.parametrize("path", ["good.csv", "once.csv"])
def test_a_web_server_has_the_bits_of_the_file(
    web: str, of_file: Any, path: str, engine: str
) -> None:
    Page.asked.clear()
    Page.ranges.clear()
    assert numbers(f"{web}/{path}", engine=engine) == of_file
    assert max(Page.ranges) < len(DATA)


def test_a_saved_report_is_read_from_a_web_server(web: str, tmp_path: Path) -> None:
    loss, url = "huber(delta=auto)", f"{web}/saved.json?token=secret"
    path, other = tmp_path / "p.csv", tmp_path / "q.csv"
    path.write_text("y_true,y_pred\n1.5,2.5\n3,3.5\n2.5,2\n")
    other.write_text("y_true,y_pred\n1.5,4.5\n3,0\n2.5,2\n")
    report = losscli.evaluate(path, losses=f"mse,{loss}")
    Page.saved = report.to_json().encode()
    found = losscli.evaluate(other, losses="mse", fail_if="mse > baseline", against=url)
    mse = 1.5 / 3  # squares of 1, 1/2 and 1/2
    assert (found.gates[0].baseline, found.gates[0].value) == (mse, 18.25 / 3)
    frozen = losscli.evaluate(other, losses=loss, freeze_from=url)
    assert frozen.fitted[0].parameters == report.fitted[0].parameters
    assert "secret" not in found.to_json() + frozen.to_json() + "".join(frozen.notes)
    Page.saved = other.read_bytes()
    url = f"{web}/saved.csv?token=secret"
    found = losscli.evaluate(path, losses="mse", against=url)
    assert f"{web}/saved.csv: no limit names the baseline" in found.warnings[-1]
    for word in ("against", "freeze_from"):
        words: Any = {word: f"{web}/missing.json"}
        with pytest.raises(DataError, match=r"missing\.json: there is no such file; check the"):
            losscli.evaluate(path, losses=loss, **words)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing.csv", "there is no such file; check the address"),
        ("denied.csv", "access is denied; check the credentials"),
        ("down.csv", "cannot be read: the server answers 503, 4 times in a row"),
        ("whole.csv", "the server does not send parts of files; download it first: curl -fLO"),
        ("drops.csv", "the connection was closed after .* of .* bytes, 4 times in a row"),
        ("endless.csv", "bytes came where .* were asked for, 4 times in a row"),
        ("changes.csv", "changed while it was read"),
        ("grows.csv", "changed while it was read"),
        ("shifts.csv", "the server sent another part than it was asked for, 4 times"),
    ],
)
@pytest.mark.parametrize("engine", ["threads", "processes"])
def test_a_server_that_fails_is_an_error(web: str, path: str, words: str, engine: str) -> None:
    Page.asked.clear()
    with pytest.raises(DataError, match=f"^{web}/{path}: .*{words}"):
        numbers(f"{web}/{path}?token=hush", engine=engine)


def test_a_server_that_is_not_there_is_an_error() -> None:
    with pytest.raises(DataError, match=r"no answer \(.*refused\), 4 times in a row"):
        numbers("http://127.0.0.1:9/p.csv")


def test_a_password_is_used_and_never_shown(web: str, of_file: Any) -> None:
    Page.asked.clear()
    host = web.partition("://")[2]
    found = losscli.evaluate(f"http://me:pass%20word@{host}/login.csv?sign=hush", **WORDS)
    assert found.losses[0].estimate.value == of_file["losses"][0]["value"]
    assert "hush" not in found.to_json()
    assert "pass" not in found.to_json()
    done = shell("eval", f"http://me:wrong@{host}/login.csv?sign=hush")
    assert (done.returncode, done.stdout) == (2, "")
    assert "access is denied" in done.stderr
    assert "wrong" not in done.stderr
    assert "hush" not in done.stderr


def test_a_partitioned_folder_of_a_bucket_has_its_keys(store: dict[str, str]) -> None:
    client = boto3.client("s3", endpoint_url=store["AWS_ENDPOINT_URL"])
    frame = pd.DataFrame({"y_true": [1.5, 2.5, 3.5, 7.0], "y_pred": [1.0, 2.5, 3.0, 9.0]})
    for day, rows in (("mon", frame[:2]), ("tue", frame[2:])):
        written = io.BytesIO()
        rows.to_parquet(written)
        key = f"table/day={day}/part-0.parquet"
        client.put_object(Bucket="preds", Key=key, Body=written.getvalue())
    client.close()
    found = losscli.evaluate("s3://preds/table/", losses="mse", by="day")
    whole = losscli.evaluate(frame.assign(day=["mon", "mon", "tue", "tue"]), losses="mse", by="day")
    assert found.breakdown == whole.breakdown


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("s3://nowhere/p.csv", "there is no such file"),
        ("s3://preds/none.csv", "there is no such file"),
        ("s3://preds/none/*.csv", "there is no such file"),
    ],
)
def test_what_is_not_in_a_bucket_is_refused(store: dict[str, str], path: str, words: str) -> None:
    assert store
    with pytest.raises(DataError, match=words):
        numbers(path)


def test_an_object_that_is_replaced_is_refused(store: dict[str, str]) -> None:
    client = boto3.client("s3", endpoint_url=store["AWS_ENDPOINT_URL"])
    client.put_object(Bucket="preds", Key="moving.csv", Body=DATA)
    kept = packed("s3://preds/moving.csv")
    again = pickle.loads(pickle.dumps(kept))  # noqa: S301 - our own
    again.check()
    client.put_object(Bucket="preds", Key="moving.csv", Body=DATA[::-1])
    client.close()
    for found_out in (kept.check, lambda: kept.fill(memoryview(bytearray(9)), 5)):
        with pytest.raises(DataError, match=r"^s3://preds/moving.csv: changed while it was read"):
            found_out()


def test_a_store_that_cannot_be_asked_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": "nonsense"}.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(UsageError, match=r"^s3://preds/all.csv: the store cannot be asked"):
        numbers("s3://preds/all.csv")
    s3fs.S3FileSystem.clear_instance_cache()


def test_a_scheme_that_is_not_known_is_refused() -> None:
    with pytest.raises(UsageError, match="ftp:// is not read; name a file, or a URL of http://"):
        numbers("ftp://example.org/p.csv")


@pytest.mark.parametrize("setting", ["train", "truth"])
@pytest.mark.parametrize(
    ("words", "said"),
    [([], "is a URL; name it on the command line"), (["--allow-remote"], "refused")],
)
def test_a_configuration_names_no_server(
    tmp_path: Path, setting: str, words: list[str], said: str
) -> None:
    text = f'[tool.losscli]\n{setting} = "http://127.0.0.1:9/other.csv"\n'
    (tmp_path / "pyproject.toml").write_text(text + 'loss = "mase"\nid = "id"\n')
    done = shell("eval", SAMPLES / "diabetes.csv", *words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
