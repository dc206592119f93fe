"""What `kizuna sandbox` prints can be pasted into a shell."""

import os
import subprocess
import sys
from pathlib import Path


def test_the_printed_lines_connect_to_every_vendor(kizuna, tmp_path):
    command = [sys.executable, "-m", "kizuna", "sandbox", "--port-base", "0", "--customers", "5"]
    outer = {key: value for key, value in os.environ.items() if not key.startswith("KIZUNA_")}
    environment = {**outer, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as played:
        assert played.stdout is not None
        lines = []
        for line in played.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        pasted = subprocess.run(
            ["/bin/sh", "-e"],
            input="".join(lines),
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        listed = kizuna("connections")
        played.terminate()

    assert (pasted.returncode, pasted.stdout.count("Connected ")) == (0, 4), pasted.stderr
    assert [line.split()[0] for line in listed.stdout.splitlines()[1:]] == [
        "salesforce",
        "hubspot",
        "zendesk",
        "stripe",
    ]
    assert played.returncode == 0
