"""Every configuration of this directory is invalid: `mppasim validate` must exit with 2 and print exactly the messages of
the .expected file next to it. `check.py MPPASIM --update` rewrites those files."""
import pathlib
import re
import subprocess
import sys


def messages(mppasim, name, directory):
    result = subprocess.run([mppasim, "validate", name], cwd=directory, capture_output=True, text=True, timeout=60)
    if result.returncode != 2:
        return f"exit status {result.returncode}\n{result.stdout}{result.stderr}"
    # What differs between builds: the directory of the firmware, and lists of what this build knows.
    firmware = str(pathlib.Path(mppasim).resolve().parent.parent / "firmware")
    return re.sub(r"\(known (types|here): [^)]*\)", r"(known \1: ...)", result.stderr.replace(firmware, "FIRMWARE"))


def main():
    mppasim = str(pathlib.Path(sys.argv[1]).resolve())
    directory = pathlib.Path(__file__).parent
    files = sorted(directory.glob("*.yaml"))
    failures = 0
    for file in files:
        got = messages(mppasim, file.name, directory)
        expected = file.with_suffix(".expected")
        if "--update" in sys.argv:
            expected.write_text(got)
        elif got != expected.read_text():
            failures += 1
            print(f"{file.name}: expected\n{expected.read_text()}got\n{got}")
    print(f"{len(files)} invalid configurations, {failures} with wrong messages")
    return 1 if failures or len(files) < 60 else 0


sys.exit(main())
