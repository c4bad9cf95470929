"""docs/user/reference.md is what `mppasim describe --markdown` prints."""
import pathlib
import subprocess
import sys

page = pathlib.Path(__file__).parents[3] / "docs/user/reference.md"
generated = subprocess.run([sys.argv[1], "describe", "--markdown"], capture_output=True, text=True, check=True).stdout
if page.read_text() != generated:
    sys.exit("docs/user/reference.md is out of date: mppasim describe --markdown > docs/user/reference.md")
