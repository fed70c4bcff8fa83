#!/usr/bin/env python3
"""An observer that passes all stages of `trivet check observer`.

It looks at the branch again and again, and hands over what is new since its position. One thread does
everything: it reads what has come, for a moment, then looks whether there is something to say.
"""

import json
import os
import socket
import subprocess
import time

DISPATCHER = ("localhost", int(os.environ["CHECK_PORT"]))
REPOSITORY = os.environ["CHECK_REPO"]
# What was accepted, oldest first, a line each; the last one is the position. On disk: it must
# outlive this process.
HANDED_OVER = os.path.join(os.environ["CHECK_DATA"], "handed-over")
HANDED_OVER_MAX = 100
LOOK_EVERY_S = 0.2


def git(*arguments):
    done = subprocess.run(["git", "-C", REPOSITORY, *arguments], check=True, capture_output=True)
    return done.stdout.decode().split()


def handed_over():
    try:
        with open(HANDED_OVER) as file:
            return file.read().split()
    except FileNotFoundError:
        return []


def advance(commit):
    """In one step, so that nobody ever finds half a position."""
    with open(HANDED_OVER + ".new", "w") as file:
        file.write("\n".join([*handed_over(), commit][-HANDED_OVER_MAX:]) + "\n")
    os.replace(HANDED_OVER + ".new", HANDED_OVER)


def news():
    """The oldest first. At the first start, what the branch shows."""
    git("fetch", "-q", "origin")
    before = handed_over()
    if not before:
        return git("rev-parse", "origin/main")
    return git("rev-list", "--reverse", f"{before[-1]}..origin/main")


# ---- The classic wire: a connection for each message. ----


def ask(message):
    """What the dispatcher answers; empty where it does not, or not in time."""
    try:
        with socket.create_connection(DISPATCHER, timeout=3) as connection:
            connection.sendall(message)
            return connection.recv(1024)
    except OSError:
        return b""


def observe_classic():
    while True:
        for commit in news():
            # Whatever is answered but OK, and silence too, means: say it again, which is harmless.
            while ask(b"dispatch:" + commit.encode()) != b"OK":
                time.sleep(LOOK_EVERY_S)
            # Only now. The other way round, a crash between the two would lose the commit.
            advance(commit)
        time.sleep(LOOK_EVERY_S)


# ---- Sessions: one connection that stays. ----

# Messages to us that have a body; no field stands before its length.
HAS_BODY = {b"welcome", b"refused"}


def first_message(stream):
    """Verb, text behind it, and how many bytes they took; None where it is not all there yet."""
    if stream[:1] == b"\n":
        return b"", b"", 1
    verb, colon, rest = stream.partition(b":")
    if colon and verb in HAS_BODY:
        length, colon, body = rest.partition(b":")
        if not colon or len(body) < int(length):
            return None
        return verb, body[: int(length)], len(verb) + len(length) + 2 + int(length)
    line, newline, _ = stream.partition(b"\n")
    if not newline:
        return None
    verb, _, field = line.partition(b":")
    return verb, field, len(line) + 1


class Session:
    def __init__(self, connection):
        self.connection = connection
        self.stream = b""
        self.is_welcome = False
        # Said on this connection, and not accepted yet; and what is to be said before all that is new.
        self.outstanding, self.lacking = set(), []
        self.patience_s = 5.0

    def run(self):
        self.send("hello", {
            "role": "observer", "name": "python", "repository": "demo", "handedOver": handed_over(),
        })
        heard_at = time.monotonic()
        while time.monotonic() - heard_at < self.patience_s:
            if self.read():
                heard_at = time.monotonic()
            if self.is_welcome and not self.outstanding:
                self.tell()

    def send(self, header, body):
        text = json.dumps(body).encode()
        self.connection.sendall(b"%s:%d:%s\n" % (header.encode(), len(text), text))

    def read(self):
        """Whether something came within a moment. Raises OSError where nothing can come any more."""
        self.connection.settimeout(LOOK_EVERY_S)
        try:
            piece = self.connection.recv(4096)
        except TimeoutError:
            return False
        if not piece:
            raise OSError("the connection was closed")
        self.stream += piece
        while (message := first_message(self.stream)) is not None:
            verb, text, size = message
            self.stream = self.stream[size:]
            self.hear(verb, text)
        return True

    def hear(self, verb, text):
        if verb == b"welcome":
            welcome = json.loads(text)
            self.is_welcome = True
            # Silence beyond a few heartbeats is taken for death.
            self.patience_s = 4 * welcome["heartbeatEveryMs"] / 1000
            self.lacking = welcome.get("lacks", [])
        elif verb == b"ping":
            self.connection.sendall(b"pong\n")
        elif verb == b"accepted":
            self.accept(text.decode())

    def accept(self, commit):
        if commit in self.lacking:
            # It is behind the position: that does not move.
            self.lacking.remove(commit)
        elif commit in self.outstanding:
            advance(commit)
        self.outstanding.discard(commit)

    def tell(self):
        """One after the other, so that the position is always the last one that was accepted."""
        for commit in [*self.lacking, *news()][:1]:
            self.outstanding.add(commit)
            self.send(f"dispatch:{commit}", {"branch": "main"})


def observe_in_sessions():
    while True:
        try:
            with socket.create_connection(DISPATCHER, timeout=5) as connection:
                Session(connection).run()
        except OSError:
            pass
        time.sleep(0.1)


if __name__ == "__main__":
    if os.environ.get("CHECK_DIALECT") == "session":
        observe_in_sessions()
    else:
        observe_classic()
