"""Azure CLI as it is installed: one process for each command, with a configuration folder of its own."""

import json
import os
import re
import subprocess
import tempfile

from suite import Failed

SECONDS = 120
DEVICE_CODE = re.compile(r"\b([A-Z0-9]{9})\b")


class Azure:
    """`az`, told where the cloud is and which CA to trust, and nothing else."""

    def __init__(self, program, base, authority_file):
        self.program, self.base = program, base
        self._folder = tempfile.TemporaryDirectory(prefix="mandate-az-")
        self.folder = self._folder.name
        self.environment = {
            **os.environ,
            "AZURE_CONFIG_DIR": os.path.join(self.folder, "config"),
            "AZURE_CORE_COLLECT_TELEMETRY": "false",
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",
            "AZURE_CORE_ONLY_SHOW_ERRORS": "true",
            "REQUESTS_CA_BUNDLE": authority_file,
        }

    def register(self):
        """All that a user types to make the cloud known."""
        self.run("cloud", "register", "-n", "Mandate", "--endpoint-resource-manager", self.base)
        self.run("cloud", "set", "-n", "Mandate")

    def started(self, *words):
        return subprocess.Popen(
            [self.program, *words, "-o", "json"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words):
        """The command must succeed; answers what it printed, read as JSON."""
        code, out, err = self.tried(*words)
        if code:
            raise Failed(f"`az {' '.join(words)}` ended with {code}: {err.strip()[:800]}")
        return json.loads(out) if out.strip() else None

    def refused(self, *words):
        """The command must fail; answers what it said."""
        code, out, err = self.tried(*words)
        if not code:
            raise Failed(f"`az {' '.join(words)}` was to fail, and printed {out[:300]}")
        return err

    def tried(self, *words):
        done = self.started(*words)
        try:
            out, err = done.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            done.kill()
            raise Failed(f"`az {' '.join(words)}` took more than {SECONDS} s") from None
        return done.returncode, out, err

    def login_by_device(self, tenant, approve):
        """`approve` gets the code that the command prints, and answers it in a browser."""
        environment = {**self.environment, "AZURE_CORE_ONLY_SHOW_ERRORS": "false"}
        command = subprocess.Popen(
            [self.program, "login", "--use-device-code", "--tenant", tenant, "-o", "json"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        told = []
        for line in command.stderr:
            told.append(line)
            found = DEVICE_CODE.search(line)
            if found:
                approve(found[1])
                break
        try:
            out, rest = command.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            command.kill()
            raise Failed("the login by device code did not end") from None
        if command.returncode:
            raise Failed(f"the login by device code ended with {command.returncode}: {''.join(told)}{rest}")
        return json.loads(out)

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path
