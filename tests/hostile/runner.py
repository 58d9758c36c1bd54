"""Run ``auditor check`` on one file after another, each in a process of its own under limits, and say what it took.

Started by the tests as a script: it reads one JSON line a file from stdin (arguments, seconds of processor time, bytes
of address space) and answers with one line (exit code, output, seconds, largest resident memory of it and of the
processes that it started). The interpreter and the program are loaded once; the limits hold for each file alone.
"""

import io
import json
import os
import resource
import sys
import time
from contextlib import redirect_stderr, redirect_stdout

from auditor import cli
from auditor.audit import api  # noqa: F401  (loaded here, so that it is not loaded anew for each file)


def run(task: dict, out: int) -> None:
    """Do one task in this process and write its answer."""
    resource.setrlimit(resource.RLIMIT_CPU, (task["seconds"], task["seconds"]))
    resource.setrlimit(resource.RLIMIT_AS, (task["bytes"], task["bytes"]))
    said, start = io.StringIO(), time.monotonic()
    with redirect_stdout(said), redirect_stderr(said):
        code = cli.main(task["arguments"])
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    answer = {"code": code, "text": said.getvalue(), "seconds": time.monotonic() - start, "kilobytes": peak}
    os.write(out, json.dumps(answer).encode())


def main() -> None:
    """Answer each line of stdin."""
    for line in sys.stdin:
        task = json.loads(line)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            run(task, write)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as answers:
            answer = answers.read()
        _, status = os.waitpid(child, 0)
        died = {"code": -1, "text": f"the process ended with status {status}", "seconds": 0, "kilobytes": 0}
        print(answer.decode() if answer else json.dumps(died), flush=True)


if __name__ == "__main__":
    main()
