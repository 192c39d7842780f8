"""A store of the kind of S3 that fails: always an error in our words, never a number."""

import contextlib
import re
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest
import s3fs

import losscli
from losscli.data.storage import bucket, remote
from losscli.data.storage.remote import TransientError
from losscli.errors import DataError, UsageError

DATA = b"y_true,y_pred\n" + b"1.5,2.5\n" * 100_000
HUSHED = "not-to-be-shown"


class Store(BaseHTTPRequestHandler):
    """Answers for the object p.csv of a bucket as the bucket's name says."""

    asked: ClassVar[Counter[str]] = Counter()

    def log_message(self, *_: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        bucket = urlsplit(self.path).path.strip("/").partition("/")[0]
        code, _, name = bucket.partition("-")
        if code.isdigit():
            self._fail(int(code), name)
        else:
            self._begin(200, len(DATA), '"a"')

    def do_GET(self) -> None:
        bucket = urlsplit(self.path).path.strip("/").partition("/")[0]
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"] or "")
        if not match:
            self.do_HEAD()
            return
        self.asked[bucket] += 1
        start, stop = int(match[1]), int(match[2]) + 1
        late = self.asked[bucket] > 2
        tag = '"b"' if bucket == "changes" and late else '"a"'
        self._begin(206, stop - start, tag, f"bytes {start}-{stop - 1}/{len(DATA)}")
        drops = (bucket == "drops" and late) or (bucket == "once" and self.asked[bucket] == 2)
        with contextlib.suppress(OSError):
            self.wfile.write(DATA[start : (start + stop) // 2 if drops else stop])

    def _begin(self, code: int, length: int, tag: str, part: str | None = None) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(length))
        self.send_header("Last-Modified", "Mon, 30 Nov 2026 07:00:00 GMT")
        self.send_header("ETag", tag)
        if part:
            self.send_header("Content-Range", part)
        self.end_headers()

    def _fail(self, code: int, name: str) -> None:
        words = f"<Error><Code>{name}</Code><Message>{HUSHED}</Message></Error>".encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(words)


@pytest.fixture(autouse=True)
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": HUSHED,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(remote, "_PAUSE", 0.001)
    Store.asked.clear()
    s3fs.S3FileSystem.clear_instance_cache()
    yield
    server.shutdown()
    server.server_close()
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.mark.parametrize("name", ["good", "once"])
def test_a_request_that_fails_once_is_made_again(name: str) -> None:
    report = losscli.evaluate(f"s3://{name}/p.csv", losses="mse")
    assert (report.rows, report.losses[0].estimate.value) == (100_000, 1.0)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("403-AccessDenied", "access is denied; check the credentials"),
        ("403-InvalidAccessKeyId", "access is denied; check the credentials"),
        ("404-NoSuchBucket", "there is no such file; check the address"),
        ("400-ExpiredToken", "access is denied; check the credentials"),
        ("400-AuthorizationHeaderMalformed", "the store answers AuthorizationHeaderMalformed, 4"),
        ("503-SlowDown", "cannot be read: the store answers SlowDown, 4 times in a row"),
        ("drops", "cannot be read: the store does not answer .*, 4 times in a row; run it again"),
        ("changes", "changed while it was read; run again once nothing writes to it"),
    ],
)
@pytest.mark.parametrize("path", ["p.csv", "*.csv"])
def test_a_store_that_fails_is_an_error(name: str, path: str, words: str) -> None:
    if path == "*.csv" and not name[0].isdigit():
        path = "p.csv"
    with pytest.raises(DataError, match=rf"^s3://{name}/{re.escape(path)}: .*{words}") as told:
        losscli.evaluate(f"s3://{name}/{path}", losses="mse")
    assert HUSHED not in str(told.value)


def test_a_redirection_in_circles_is_no_defect() -> None:
    with pytest.raises(TransientError, match="the store does not answer"), bucket._told():  # noqa: SLF001
        raise RecursionError


def test_a_profile_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    words = r"cannot be asked with what is in the environment \(ProfileNotFound\); check its addr"
    with pytest.raises(UsageError, match=words):
        losscli.evaluate("s3://good/p.csv")
