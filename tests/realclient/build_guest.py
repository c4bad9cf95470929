#!/usr/bin/env python3
"""Builds a small x86 guest from Debian packages: kernel, an initramfs with busybox and the modules of the tests, and a
disk with nvme-cli and fio. Nothing is installed; everything lies in a cache and is built once.

    build_guest.py [DIRECTORY]     default: ~/.cache/mppasim/realclient; prints it

Needs apt-get, dpkg-deb, mke2fs and readelf, and a Debian mirror the first time.
"""
import fcntl
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = ["nvme-cli", "fio", "busybox-static"]
KERNEL = "linux-image-amd64"
MODULES = ["virtio_pci", "virtio_net", "virtio_blk", "ext4", "crc32c_generic", "nvme_core", "nvme_fabrics", "nvme_tcp"]
BINARIES = ["usr/sbin/nvme", "usr/bin/fio"]
LIBRARY_DIRS = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/ceph", "lib64"]
LOADER = "lib64/ld-linux-x86-64.so.2"


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def download(directory):
    """The packages with all that they depend on, as if nothing were installed; the kernel without."""
    archives = directory / "archives"
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    status = directory / "status"
    status.write_text("")
    run("apt-get", "-o", f"Dir::State::status={status}", "-o", f"Dir::Cache::archives={archives}",
        "-o", "APT::Sandbox::User=root", "--download-only", "-y", "--no-install-recommends", "install", *PROGRAMS)
    depends = run("apt-cache", "depends", KERNEL)
    kernel = re.search(r"Depends: (linux-image-\S+)", depends).group(1)
    if not list(archives.glob(f"{kernel}_*.deb")):
        run("apt-get", "download", kernel, cwd=archives)
    return sorted(archives.glob("*.deb"))


def extract(packages, root):
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for package in packages:
        run("dpkg-deb", "-x", str(package), str(root))


def find_library(root, name):
    for directory in LIBRARY_DIRS:
        path = root / directory / name
        if path.exists():
            return path
    raise SystemExit(f"library {name} is in none of the packages")


def needed(binary):
    return re.findall(r"\(NEEDED\)\s+Shared library: \[(.+?)\]", run("readelf", "-d", str(binary)))


def make_tools(root, image):
    """A file system with the programs, the libraries they need, and a place for the guest's /dev, /proc and /sys."""
    tools = image.parent / "tools"
    shutil.rmtree(tools, ignore_errors=True)
    for directory in ["dev", "proc", "sys", "tmp", "etc/nvme", "lib64", "usr/bin", "usr/sbin", "lib/x86_64-linux-gnu"]:
        (tools / directory).mkdir(parents=True, exist_ok=True)
    todo = [root / binary for binary in BINARIES]
    for binary in BINARIES:
        shutil.copy(root / binary, tools / binary)
    shutil.copy(find_library(root, "ld-linux-x86-64.so.2"), tools / LOADER)
    have = {"ld-linux-x86-64.so.2"}
    while todo:
        for name in needed(todo.pop()):
            if name in have:
                continue
            have.add(name)
            library = find_library(root, name)
            shutil.copy(library, tools / "lib/x86_64-linux-gnu" / name)
            todo.append(library)
    (tools / "etc/nvme/hostnqn").write_text("nqn.2014-08.org.nvmexpress:uuid:6d707061-7369-4d00-8000-000000000001\n")
    (tools / "etc/nvme/hostid").write_text("6d707061-7369-4d00-8000-000000000001\n")
    size = sum(f.stat().st_size for f in tools.rglob("*") if f.is_file())
    image.unlink(missing_ok=True)
    run("mke2fs", "-q", "-t", "ext4", "-d", str(tools), str(image), f"{size // 1024 * 5 // 4 + 8192}k")


def module_files(root):
    """Module files in the order in which they must be loaded."""
    everything = {p.stem.replace("-", "_"): p for p in root.glob("lib/modules/*/kernel/**/*.ko")}
    order = []

    def add(name):
        name = name.replace("-", "_")
        if name not in everything:
            return  # built into the kernel
        path = everything[name]
        info = path.read_bytes()
        for depends in re.findall(rb"\0depends=([^\0]*)\0", b"\0" + info):
            for other in filter(None, depends.decode().split(",")):
                add(other)
        if path not in order:
            order.append(path)

    for module in MODULES:
        add(module)
    return order


def padded(data):
    return data + b"\0" * (-len(data) % 4)


def cpio_entry(name, mode, data=b""):
    """An entry of the newc format (Documentation/driver-api/early-userspace/buffer-format of Linux)."""
    inode = zlib.crc32(name.encode())
    fields = [inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % f for f in fields) + name.encode() + b"\0"
    return padded(head) + padded(data)


def make_initramfs(root, target):
    archive = b""
    for directory in ["bin", "dev", "proc", "sys", "tools", "tmp", "modules"]:
        archive += cpio_entry(directory, stat.S_IFDIR | 0o755)
    archive += cpio_entry("bin/busybox", stat.S_IFREG | 0o755, (root / "bin/busybox").read_bytes())
    for i, module in enumerate(module_files(root)):
        archive += cpio_entry(f"modules/{i:02}-{module.name}", stat.S_IFREG | 0o644, module.read_bytes())
    for script in ["init", "net.sh", "nvme.sh"]:
        archive += cpio_entry(script, stat.S_IFREG | 0o755, (HERE / "guest" / script).read_bytes())
    archive += cpio_entry("TRAILER!!!", 0)
    target.write_bytes(gzip.compress(archive, 1))


def main():
    default = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "mppasim/realclient"
    directory = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    directory.mkdir(parents=True, exist_ok=True)
    sources = [pathlib.Path(__file__), *sorted((HERE / "guest").iterdir())]
    digest = hashlib.sha256(b"".join(s.read_bytes() for s in sources)).hexdigest()
    lock = open(directory / "build.lock", "w")  # one build at a time; released when we end
    fcntl.flock(lock, fcntl.LOCK_EX)
    stamp = directory / "stamp"
    if not stamp.exists() or stamp.read_text() != digest:
        root = directory / "root"
        try:
            packages = download(directory)
        except subprocess.CalledProcessError:  # perhaps only the lists of packages are missing or old
            run("apt-get", "-qq", "update")
            packages = download(directory)
        extract(packages, root)
        kernel = max(root.glob("boot/vmlinuz-*"))
        shutil.copy(kernel, directory / "vmlinuz")
        make_tools(root, directory / "tools.img")
        make_initramfs(root, directory / "initramfs.img")
        shutil.rmtree(root)
        stamp.write_text(digest)
    print(directory)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(error.cmd)}: {error.stderr}")
