"""The JSON Schema for editors: `json_schema_test.py MPPASIM SOURCE_DIR`. It accepts every shipped configuration, and
rejects what is most often wrong. Needs the Debian packages python3-yaml and python3-jsonschema (scripts/setup.sh)."""
import json
import pathlib
import subprocess
import sys
import unittest

import jsonschema
import yaml

MPPASIM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])


class JsonSchema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        schema = json.loads(subprocess.check_output([MPPASIM, "describe", "--json-schema"]))
        jsonschema.Draft202012Validator.check_schema(schema)
        cls.validator = jsonschema.Draft202012Validator(schema)

    def test_accepts_what_is_shipped(self):
        files = sorted((SOURCE / "configs").rglob("*.yaml"))
        self.assertGreater(len(files), 2)
        for file in files:
            with self.subTest(file.name):
                errors = [e.message for e in self.validator.iter_errors(yaml.safe_load(file.read_text()))]
                self.assertEqual(errors, [])

    def test_rejects(self):
        for text in ("components: {card: {type: colidge}}",
                     "components: {card: {type: coolidge, clok: 1 GHz}}",
                     "components: {card: {type: coolidge, clock: 1000}}",
                     "components: {card: {type: coolidge, clock: 1 MiB}}",
                     "components: {card: {type: coolidge, clock: 12 GHz}}",
                     "components: {card: {type: coolidge, axi: {cluster_latency: 20000}}}",
                     "simulation: {ios: -1}",
                     "components: {card: {type: coolidge, placement: rom}}",
                     "components: {card: {type: coolidge, 'cluster[0]': {smem: {size: [4]}}}}",
                     "components: {card: {nonsense: 1}}",
                     "simulation: {spin_skip: maybe}",
                     "component: {}",
                     "links: a -- b"):
            with self.subTest(text):
                self.assertFalse(self.validator.is_valid(yaml.safe_load(text)))

    def test_accepts(self):
        for text in ("components: {card: {firmware: hello.elf}}",
                     "components: {card: {type: coolidge, clock: '${other.clock}', placement: '${other.placement}'}}",
                     "components: {'ssd[0..3]': {type: ssd, profile: tlc-gen4}}"):
            with self.subTest(text):
                self.assertEqual([e.message for e in self.validator.iter_errors(yaml.safe_load(text))], [])


unittest.main(argv=sys.argv[:1])
