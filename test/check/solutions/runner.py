#!/usr/bin/env python3
"""A runner that passes all stages of `trivet check runner`.

It tests commits: the dispatcher gives it some, it runs their `.ci/run`, and hands over what that
printed. On the classic wire it is dialled, with a connection for each message; in a session it
dials, and both sides speak on one connection.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

DISPATCHER = ("localhost", int(os.environ["CHECK_PORT"]))
REPOSITORY = os.environ["CHECK_REPO"]
COMMIT_LENGTH = 40
PIECE_BYTES = 50_000


def run_suite(commit, started, printed):
    """Runs the commit's suite in a clone of its own, so that no run sees what another one left.

    `started` is told the process, `printed` each piece of output. Answers the exit code.
    """
    folder = tempfile.mkdtemp()
    try:
        subprocess.run(["git", "clone", "-q", "--shared", REPOSITORY, folder], check=True)
        subprocess.run(["git", "-C", folder, "checkout", "-q", "--detach", commit], check=True)
        # In a session (process group) of its own, so that all of it can be ended at once.
        suite = subprocess.Popen(
            ["./.ci/run"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        started(suite)
        while piece := suite.stdout.read1(PIECE_BYTES):
            printed(piece)
        return suite.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# ---- The classic wire: a connection for each message, one word in reply, no newline. ----


def ask(message):
    """What the dispatcher answers; empty where it does not."""
    try:
        with socket.create_connection(DISPATCHER, timeout=5) as connection:
            connection.sendall(message)
            return connection.recv(1024)
    except OSError:
        return b""


def read_request(connection):
    """One recv is not one message: reads on until what has come makes sense."""
    request = b""
    while not (request == b"ping" or len(request) == len("runtest:") + COMMIT_LENGTH):
        piece = connection.recv(1024)
        if not piece:
            break
        request += piece
    return request.decode()


class ClassicRunner:
    def __init__(self):
        self.is_busy = False
        # To ask whether it is free, and to take it, must be one step.
        self.lock = threading.Lock()

    def serve(self):
        listener = socket.create_server(("localhost", 0))
        # First it listens, then it says where: the dispatcher may dial at once.
        while ask(b"register:localhost:%d" % listener.getsockname()[1]) != b"OK":
            time.sleep(0.2)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self.answer, args=[connection], daemon=True).start()

    def answer(self, connection):
        with connection:
            connection.settimeout(5)
            try:
                request = read_request(connection)
                if request == "ping":
                    connection.sendall(b"pong")
                elif request.startswith("runtest:"):
                    connection.sendall(self.take(request.partition(":")[2]))
            except OSError:
                pass  # Whoever has dialled is gone, and will ask again.

    def take(self, commit):
        with self.lock:
            if self.is_busy:
                return b"BUSY"
            self.is_busy = True
        threading.Thread(target=self.test, args=[commit], daemon=True).start()
        return b"OK"

    def test(self, commit):
        pieces = []
        run_suite(commit, lambda suite: None, pieces.append)
        output = b"".join(pieces)
        # The length counts bytes, which is why the output was never made text.
        while ask(b"results:%s:%d:%s" % (commit.encode(), len(output), output)) != b"OK":
            time.sleep(0.2)
        self.is_busy = False


# ---- Sessions: one connection that stays. ----

# How many fields stand before the length, in messages to us that have a body.
FIELDS_BEFORE_BODY = {"welcome": 0, "refused": 0, "runtest": 2}


def read_message(stream):
    """The next message: its verb, its fields, its body. Raises OSError where there is none."""
    header = b""
    while byte := stream.read(1):
        if byte == b"\n":
            if header:
                verb, *fields = header.decode().split(":")
                return verb, fields, b""
            continue
        header += byte
        verb, *fields = header.decode().split(":")
        if verb in FIELDS_BEFORE_BODY and len(fields) == FIELDS_BEFORE_BODY[verb] + 2:
            # That was the colon behind the length; the body may hold anything, newlines too.
            return verb, fields[:-2], stream.read(int(fields[-2]))
    raise OSError("the connection was closed")


def with_body(header, body):
    return b"%s:%d:%s\n" % (header.encode(), len(body), body)


class Run:
    """One attempt at a commit: it outlives the connection on which it was given."""

    def __init__(self, commit):
        self.commit = commit
        self.suite = None
        self.log = b""
        # How far the log was sent on this connection; None: the dispatcher has not said from where.
        self.sent = 0
        self.report = None
        self.is_revoked = False

    def end_if_revoked(self):
        # Asked both by who revokes and by who has started the suite: one of them comes second.
        if self.is_revoked and self.suite is not None:
            try:
                os.killpg(self.suite.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # It has just ended by itself.


class SessionRunner:
    def __init__(self):
        self.runs = {}
        self.connection = None
        self.is_leaving = False
        self.lock = threading.RLock()

    def serve(self):
        # In a thread of its own: a handler interrupts the main one, in the midst of a message perhaps.
        leave = threading.Thread(target=self.leave, daemon=True)
        signal.signal(signal.SIGTERM, lambda *_: leave.start())
        while True:
            try:
                with socket.create_connection(DISPATCHER, timeout=5) as connection:
                    self.speak(connection)
            except OSError:
                pass
            with self.lock:
                self.connection = None
                for run in self.runs.values():
                    run.sent = None
            time.sleep(0.1)

    def speak(self, connection):
        held = [{"run": name, "commit": run.commit} for name, run in self.runs.items()]
        hello = {"role": "runner", "name": "python", "repository": "demo", "runs": held}
        self.connection = connection
        self.send(with_body("hello", json.dumps(hello).encode()))
        stream = connection.makefile("rb")
        while True:
            verb, fields, body = read_message(stream)
            if verb == "welcome":
                # Silence beyond a few heartbeats is taken for death.
                connection.settimeout(4 * json.loads(body)["heartbeatEveryMs"] / 1000)
            elif verb == "ping":
                self.send(b"pong\n")
            elif verb == "runtest":
                self.begin(fields[0], fields[1])
            elif verb == "want":
                with self.lock:
                    if fields[0] in self.runs:
                        self.runs[fields[0]].sent = int(fields[1])
                self.tell(fields[0])
            elif verb == "recorded":
                self.forget(fields[0])
            elif verb == "revoked":
                self.revoke(fields[0])

    def send(self, message):
        with self.lock:
            try:
                if self.connection is not None:
                    self.connection.sendall(message)
            except OSError:
                pass  # The reader notices as well, and connects again.

    def begin(self, commit, name):
        self.runs[name] = Run(commit)
        threading.Thread(target=self.test, args=[name, self.runs[name]], daemon=True).start()

    def test(self, name, run):
        def started(suite):
            run.suite = suite
            run.end_if_revoked()

        def printed(piece):
            run.log += piece
            self.tell(name)

        begun = time.monotonic()
        code = run_suite(run.commit, started, printed)
        if run.is_revoked:
            return
        run.report = {
            "end": "passed" if code == 0 else "failed",
            "exitCode": code,
            "logBytes": len(run.log),
            "durationMs": round(1000 * (time.monotonic() - begun)),
        }
        self.tell(name)

    def tell(self, name):
        """Sends what of the log was not sent yet, and the report behind it, if there is one."""
        with self.lock:
            run = self.runs.get(name)
            if run is None or run.sent is None:
                return
            while run.sent < len(run.log):
                piece = run.log[run.sent : run.sent + PIECE_BYTES]
                self.send(with_body(f"log:{name}:{run.sent}", piece))
                run.sent += len(piece)
            if run.report is not None:
                self.send(with_body(f"results:{name}", json.dumps(run.report).encode()))

    def forget(self, name):
        self.runs.pop(name, None)
        if self.is_leaving and not self.runs:
            self.exit()

    def revoke(self, name):
        run = self.runs.get(name)
        if run is not None:
            run.is_revoked = True
            run.end_if_revoked()
        self.forget(name)

    def leave(self):
        self.is_leaving = True
        self.send(b"draining\n")
        if not self.runs:
            self.exit()

    def exit(self):
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    runner = SessionRunner() if os.environ.get("CHECK_DIALECT") == "session" else ClassicRunner()
    runner.serve()
