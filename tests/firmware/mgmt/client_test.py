"""JSON-RPC clients and a running card: `client_test.py MPPASIM SOURCE_DIR OUT_DIR`.

The client is what SPDK's own is on the wire: requests as JSON texts one behind the other, without frames, several of them
before the first answer if it likes. Every method that docs/user/management.md lists must be offered, must be called here
and must succeed at least once.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest

MPPASIM, SOURCE, OUT = sys.argv[1:4]
HERE = os.path.join(SOURCE, "tests/firmware/mgmt")
NQN = "nqn.2014-08.com.kalray:test"
ADDRESS = {"trtype": "TCP", "adrfam": "IPv4", "traddr": "10.0.0.1", "trsvcid": "4420"}
TIMEOUT_S = 120


class RpcError(Exception):
    def __init__(self, error):
        super().__init__(error["message"])
        self.code = error["code"]


class Client:
    """A connection. Remembers the methods that have succeeded."""

    succeeded = set()

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(TIMEOUT_S)
        try:
            self.socket.connect(path)
        except OSError:
            self.socket.close()
            raise
        self.received = ""
        self.id = 0

    def close(self):
        self.socket.close()

    def send_text(self, text):
        self.socket.sendall(text.encode())

    def send(self, method, **params):
        self.id += 1
        request = {"jsonrpc": "2.0", "method": method, "id": self.id}
        if params:
            request["params"] = params
        self.send_text(json.dumps(request, indent=2))
        return self.id

    def receive(self):
        """The next answer; None if the card has closed the connection."""
        while True:
            text = self.received.lstrip()
            if text:
                try:
                    answer, end = json.JSONDecoder().raw_decode(text)
                    self.received = text[end:]
                    return answer
                except ValueError:
                    pass
            chunk = self.socket.recv(65536)
            if not chunk:
                return None
            self.received += chunk.decode()

    def call(self, method, **params):
        number = self.send(method, **params)
        answer = self.receive()
        assert answer["jsonrpc"] == "2.0" and answer["id"] == number, answer
        if "error" in answer:
            raise RpcError(answer["error"])
        self.succeeded.add(method)
        return answer["result"]


class Card:
    """The simulator with a managed card, NAME.yaml."""

    def __init__(self, name):
        self.directory = tempfile.mkdtemp(prefix="mppa_rpc_")
        self.path = os.path.join(self.directory, "card.sock")
        self.process = subprocess.Popen([MPPASIM, "run", os.path.join(HERE, name + ".yaml"), "--quiet",
                                         "--out", os.path.join(OUT, name), "--set", "manager.socket=unix:" + self.path])

    def connect(self):
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            try:
                return Client(self.path)
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def wait(self):
        status = self.process.wait(TIMEOUT_S)
        os.rmdir(self.directory)
        return status


class CardTest(unittest.TestCase):
    """A card for all tests of a class, and a client for each."""

    system = None

    @classmethod
    def setUpClass(cls):
        cls.card = Card(cls.system)

    @classmethod
    def tearDownClass(cls):
        if cls.card.process.poll() is None:
            cls.card.process.kill()
            cls.card.wait()

    def setUp(self):
        self.client = self.card.connect()
        self.addCleanup(self.client.close)

    def refuses(self, code, method, **params):
        with self.assertRaises(RpcError) as caught:
            self.client.call(method, **params)
        self.assertEqual(caught.exception.code, code, method)

    def bdevs(self):
        return {bdev["name"]: bdev for bdev in self.client.call("bdev_get_bdevs")}

    def end(self):
        self.assertTrue(self.client.call("spdk_kill_instance", sig_name="SIGTERM"))
        self.assertEqual(self.card.wait(), 0)


class PulledSsd(CardTest):
    """An SSD is pulled and plugged in again while the card runs: its bdev goes, and comes when it is asked for."""

    system = "pulled_ssd"

    def state(self):
        ctrlrs = self.client.call("bdev_nvme_get_controllers")
        return {c["name"]: c["ctrlrs"][0]["state"] for c in ctrlrs}

    def test_it_can_be_attached_again(self):
        """The start-up configuration has attached both. When we look the SSD may be there still, away, or back."""
        deadline = time.monotonic() + TIMEOUT_S
        while "Nvme1" in self.state():
            self.assertLess(time.monotonic(), deadline, "it is not pulled")
        self.assertEqual(self.state(), {"Nvme0": "enabled"})
        self.assertEqual(set(self.bdevs()), {"Nvme0n1"})
        attached = None
        while not attached:
            self.assertLess(time.monotonic(), deadline, "it is not plugged in")
            try:
                attached = self.client.call("bdev_nvme_attach_controller", name="Nvme1", trtype="PCIe",
                                            traddr="0004:04:00.0")
            except RpcError as error:
                self.assertEqual(error.code, -19, "while it is away")
        self.assertEqual(attached, ["Nvme1n1"])
        self.assertEqual(self.state(), {"Nvme0": "enabled", "Nvme1": "enabled"})
        self.assertEqual(set(self.bdevs()), {"Nvme0n1", "Nvme1n1"})
        self.end()


class Management(CardTest):
    """In the order of the names: the last one ends the run."""

    system = "managed_card"

    def subsystem(self, nqn):
        return next((s for s in self.client.call("nvmf_get_subsystems") if s["nqn"] == nqn), None)

    def test_1_start_up_configuration_has_been_executed(self):
        bdevs = self.bdevs()
        self.assertEqual(bdevs["Start0"]["uuid"], "5e1b22e0-3f0b-4b1c-9d2a-7c1f0e6a9b01")
        self.assertTrue(bdevs["Start0"]["claimed"])
        self.assertEqual(bdevs["StartPt"]["driver_specific"]["module"], "passthru")
        subsystem = self.subsystem("nqn.2014-08.com.kalray:start")
        self.assertEqual(subsystem["serial_number"], "START")
        self.assertEqual([(n["nsid"], n["bdev_name"]) for n in subsystem["namespaces"]], [(5, "StartPt")])
        self.assertEqual(subsystem["listen_addresses"], [ADDRESS])
        self.client.call("framework_load_config", subsystems=[
            {"subsystem": "bdev", "config": [{"method": "bdev_null_create",
                                              "params": {"name": "N", "num_blocks": 8, "block_size": 512}}]}])
        self.assertTrue(self.client.call("bdev_null_delete", name="N"))

    def test_2_framework(self):
        self.assertEqual(self.client.call("spdk_get_version")["fields"]["major"], 24)
        self.assertTrue(self.client.call("framework_start_init"))
        self.assertTrue(self.client.call("framework_wait_init"))
        offered = set(self.client.call("rpc_get_methods"))
        self.assertEqual(offered, documented_methods())

    def test_3_bdevs(self):
        call = self.client.call
        self.assertEqual(call("bdev_malloc_create", name="a", num_blocks=4096, block_size=512), "a")
        self.assertEqual(call("bdev_malloc_create", num_blocks=4096, block_size=512), "Malloc0")
        self.assertEqual(call("bdev_null_create", num_blocks=4096, block_size=512), "Null0")
        self.refuses(-17, "bdev_malloc_create", name="a", num_blocks=1, block_size=512)
        self.refuses(-12, "bdev_malloc_create", name="huge", num_blocks=1 << 40, block_size=4096)
        self.assertEqual(call("bdev_passthru_create", name="p", base_bdev_name="a"), "p")
        self.refuses(-1, "bdev_passthru_create", name="q", base_bdev_name="a")  # claimed
        self.assertEqual(call("bdev_delay_create", name="d", base_bdev_name="p", avg_read_latency=5,
                              avg_write_latency=9), "d")
        self.assertEqual(call("bdev_error_create", base_name="d"), "EE_d")
        self.assertTrue(call("bdev_error_inject_error", name="EE_d", io_type="all", error_type="clear"))
        self.assertEqual(call("bdev_split_create", base_bdev="EE_d", split_count=2), ["EE_dp0", "EE_dp1"])
        self.assertTrue(call("bdev_raid_create", name="r", raid_level="raid0", strip_size_kb=64,
                             base_bdevs=["EE_dp0", "EE_dp1"]))
        bdevs = self.bdevs()
        self.assertEqual(bdevs["r"]["num_blocks"], 4096)
        self.assertEqual({name for name, bdev in bdevs.items() if bdev["claimed"]} - {"Start0", "ssd0n1", "ssd1n1"},
                         {"a", "p", "d", "EE_d", "EE_dp0", "EE_dp1"})
        self.assertTrue(call("bdev_raid_delete", name="r"))
        self.assertTrue(call("bdev_split_delete", base_bdev="EE_d"))
        self.assertTrue(call("bdev_error_delete", name="EE_d"))
        self.assertTrue(call("bdev_delay_delete", name="d"))
        self.assertTrue(call("bdev_passthru_delete", name="p"))
        for name in "a", "Malloc0":
            self.assertTrue(call("bdev_malloc_delete", name=name))
        self.assertTrue(call("bdev_null_delete", name="Null0"))
        self.refuses(-19, "bdev_malloc_delete", name="a")

    def test_4_subsystems(self):
        call = self.client.call
        call("bdev_malloc_create", name="disk", num_blocks=2048, block_size=512)
        self.refuses(-17, "nvmf_create_transport", trtype="TCP")
        self.client.succeeded.add("nvmf_create_transport")  # the firmware has created the only one there is
        self.assertEqual(call("nvmf_get_transports")[0]["trtype"], "TCP")
        self.assertTrue(call("nvmf_create_subsystem", nqn=NQN, serial_number="S1", ana_reporting=True))
        self.assertEqual(call("nvmf_subsystem_add_ns", nqn=NQN, namespace={"bdev_name": "disk"}), 1)
        self.assertTrue(call("nvmf_subsystem_set_ns_limits", nqn=NQN, nsid=1, rw_ios_per_sec=1000))
        self.assertTrue(call("nvmf_subsystem_add_host", nqn=NQN, host=NQN + ":host"))
        self.assertTrue(call("nvmf_subsystem_add_listener", nqn=NQN, listen_address=ADDRESS))
        subsystem = self.subsystem(NQN)
        self.assertEqual(subsystem["listen_addresses"], [ADDRESS])
        self.assertEqual(subsystem["hosts"], [{"nqn": NQN + ":host"}])
        self.assertEqual(subsystem["namespaces"][0]["bdev_name"], "disk")
        self.assertTrue(call("nvmf_subsystem_listener_set_ana_state", nqn=NQN, listen_address=ADDRESS,
                             ana_state="inaccessible"))
        self.assertEqual(call("nvmf_subsystem_get_controllers", nqn=NQN), [])
        self.assertEqual(len(call("nvmf_subsystem_get_controllers", nqn="nqn.2014-08.com.kalray:k200lp")), 2)
        self.assertTrue(call("nvmf_subsystem_remove_host", nqn=NQN, host=NQN + ":host"))
        self.assertTrue(call("nvmf_subsystem_allow_any_host", nqn=NQN, allow_any_host=True))
        self.assertTrue(call("nvmf_subsystem_remove_listener", nqn=NQN, listen_address=ADDRESS))
        self.assertTrue(call("nvmf_subsystem_remove_ns", nqn=NQN, nsid=1))
        self.assertTrue(call("nvmf_delete_subsystem", nqn=NQN))
        self.assertIsNone(self.subsystem(NQN))
        self.assertTrue(call("bdev_malloc_delete", name="disk"))

    def reads(self):
        return self.client.call("bdev_get_iostat", name="ssd0n1")["bdevs"][0]["num_read_ops"]

    def test_5_statistics_count_the_io_of_other_clusters(self):
        """The initiator reads while we look."""
        before = self.reads()
        deadline = time.monotonic() + TIMEOUT_S
        while self.reads() <= before:
            self.assertLess(time.monotonic(), deadline, "no reads are counted")

    def test_6_controllers_go_and_come_under_load(self):
        """SSD 1 goes, with its bdev and namespace 2, while the initiator reads SSD 0, which is not disturbed."""
        call = self.client.call
        traddr = call("bdev_nvme_get_controllers", name="ssd1")[0]["ctrlrs"][0]["trid"]["traddr"]
        self.refuses(-16, "bdev_nvme_attach_controller", name="again", trtype="PCIe", traddr=traddr)
        self.assertTrue(call("bdev_nvme_reset_controller", name="ssd1"))
        self.assertTrue(call("bdev_nvme_detach_controller", name="ssd1"))
        self.assertNotIn("ssd1n1", self.bdevs())
        self.refuses(-19, "bdev_nvme_reset_controller", name="ssd1")
        namespaces = self.subsystem("nqn.2014-08.com.kalray:k200lp")["namespaces"]
        self.assertEqual([n["nsid"] for n in namespaces], [1])
        self.refuses(-19, "bdev_nvme_attach_controller", name="ssd9", trtype="PCIe", traddr="0004:7f:00.0")
        self.refuses(-22, "bdev_nvme_attach_controller", name="ssd9", trtype="PCIe", traddr="nonsense")
        self.assertTrue(call("bdev_nvme_set_options", timeout_us=500000, io_queue_requests=32))
        self.assertEqual(call("bdev_nvme_attach_controller", name="back", trtype="PCIe", traddr=traddr), ["backn1"])
        self.assertEqual(call("nvmf_subsystem_add_ns", nqn="nqn.2014-08.com.kalray:k200lp",
                              namespace={"bdev_name": "backn1", "nsid": 2}), 2)
        before = self.reads()
        self.assertGreater(self.reads() + self.reads(), 2 * before)

    def test_7_requests_back_to_back_and_batches(self):
        numbers = [self.client.send("spdk_get_version") for _ in range(20)]
        self.assertEqual([self.client.receive()["id"] for _ in range(20)], numbers)
        self.client.send_text('[{"method":"nope","id":"x"},{"method":"framework_wait_init"},'
                              '{"jsonrpc":"2.0","method":"framework_wait_init","id":7}]')
        self.assertEqual([(a["id"], "result" in a) for a in self.client.receive()], [("x", False), (7, True)])

    def test_8_two_clients_at_once(self):
        other = self.card.connect()
        self.addCleanup(other.close)
        other.send_text('{"jsonrpc":"2.0","id":1,"meth')  # the rest comes later
        self.assertEqual(self.client.call("bdev_null_create", name="mine", num_blocks=8, block_size=512), "mine")
        other.send_text('od":"bdev_get_bdevs","params":{"name":"mine"}}')
        self.assertEqual(other.receive()["result"][0]["name"], "mine")
        for _ in range(5):
            self.client.send("bdev_get_bdevs", name="mine")
            other.send("spdk_get_version")
        for _ in range(5):
            self.assertEqual(self.client.receive()["result"][0]["name"], "mine")
            self.assertIn("version", other.receive()["result"])
        gone = self.card.connect()
        gone.send("bdev_null_delete", name="mine")
        gone.close()  # it is executed although nobody waits for it
        deadline = time.monotonic() + TIMEOUT_S
        while "mine" in self.bdevs():
            self.assertLess(time.monotonic(), deadline)

    def test_9_malformed_requests(self):
        for text, code in (('{"id":1,"method":"nope"}', -32601), ('{"id":1}', -32600), ("[]", -32600),
                           ('{"id":1 "method":2}', -32700), ('{"id":1,"method":"bdev_get_bdevs","params":7}', -32600),
                           ('{"id":1,"method":"bdev_get_bdevs","params":{"name":7}}', -32602),
                           ('{"id":1,"method":"bdev_get_bdevs","params":{"nam":"x"}}', -32602),
                           ('{"id":1,"method":"bdev_malloc_create","params":{"num_blocks":-1,"block_size":512}}', -32602),
                           ('{"id":1,"method":"' + "x" * 40000 + '"}', -32700)):
            self.client.send_text(text)
            self.assertEqual(self.client.receive()["error"]["code"], code, text[:80])
        for text in "GET / HTTP/1.1\r\n\r\n", '{"a":' + "[" * 20 + "]" * 20 + "}", "\0\1\2":
            broken = self.card.connect()
            broken.send_text(text)
            self.assertEqual(broken.receive()["error"]["code"], -32700)
            self.assertIsNone(broken.receive(), "the connection stays open")
            broken.close()
        self.assertIn("Start0", self.bdevs())

    def test_a_the_end(self):
        self.end()
        self.assertEqual(documented_methods() - Client.succeeded, set(), "documented, but never called with success")


def documented_methods():
    with open(os.path.join(SOURCE, "docs/user/management.md")) as page:
        table = page.read().split("## Methods")[1].split("\n## ")[0]
    names = set()
    for row in re.findall(r"^\| (`.*?) \|", table, re.M):
        names |= set(re.findall(r"`(\w+)`", row))
    return names


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
