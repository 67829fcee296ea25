"""Checks a dossier of Rempart with Python's standard library alone; nothing is installed or asked.

    python3 -I -S verify.py [FOLDER, ZIP OR PDF] [--key VKEY_OR_FILE]    exit 0: all holds, else 1

Rules: all files are listed in the signed manifest and unchanged; one key signed the manifest, the
checkpoint, every byte of a PDF; every record opens with what is disclosed of it and lies in the log
at its index; words shown are of the committed text; every index between first and last is a record
here or under a hash of the same tree. RFC 9162 (tree), 8032, 9901; 5652 (seal of an old PDF)."""
import argparse, base64, functools, hashlib, json, re, struct, sys, zlib
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
Files = dict[str, bytes]
UNLISTED, MOST = {"manifest.json", "manifest.sig"}, 100 * 1024 * 1024
BROKEN = "NOT VERIFIED, do not rely on it, ask again | NON VÉRIFIÉ, ne pas s'y fier, redemander"
DIGEST = b"06092a864886f70d01090431220420"  # attribute messageDigest (RFC 5652 §11.2): 32 bytes
SIGNED = b"0614698190BEAADED0D6CAA9FDAAECCFB6E69DF7A92331420440"  # ours, beside it: 64 bytes
ZIP, ODD_NAME = b"PK\3\4", re.compile(r"[\\:]|/\.{0,2}/")
UNPROVEN = """- who is behind an account | qui est derrière un compte
- that the platform sent it: see `source`; proof/: rempart verify | que la plateforme l'a envoyé
- that no hidden entry belongs to the case | qu'aucune entrée masquée ne relève du dossier
- the time, but by the log's own clock | l'heure, sauf par l'horloge du journal
  openssl ts -verify -in timestamps/NAME.tsr -data timestamps/checkpoint -CAfile NAME.pem
- whose the key is: compare it with one from elsewhere | à qui est la clé : la comparer ailleurs
- that the key has signed no second history | que la clé n'a pas signé une autre histoire
- that this verifier is honest: get one elsewhere | que ce vérificateur est honnête"""
class Refused(Exception): """What does not hold, and where."""
def refuse(why: str, where: object = "") -> NoReturn: raise Refused(f"{why}: {where}".rstrip(": "))
def must(hold: object, why: str, where: object) -> None: hold or refuse(why, where)
def sha(data: bytes) -> bytes: return hashlib.sha256(data).digest()
def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(pairs) if len(dict(pairs)) == len(pairs) else refuse("a JSON key appears twice")
def number(text: str) -> float: return int(found) if (found := float(text)).is_integer() else found
JSON = json.JSONDecoder(object_pairs_hook=unique, parse_float=number, parse_constant=refuse)
def shallow(value: Any, depth: int = 0) -> Any:
    for part in value.values() if type(value) is dict else value if type(value) is list else ():
        shallow(part, depth + 1)
    return value if depth <= 100 else refuse("JSON nested too deep")
def read_json(data: bytes) -> Any: return shallow(JSON.decode(data.decode()))
def json_lines(data: bytes) -> list[dict[str, Any]]:
    *lines, rest = data.split(b"\n")
    return [{**read_json(line)} for line in lines] if not rest else refuse("an unended line")
def items(value: Any) -> list[Any]: return value if type(value) is list else refuse("not a list")
def same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
def version1(value: dict[str, Any]) -> dict[str, Any]:
    return value if same(value["v"], 1) else refuse("not version 1")
def to_url(data: bytes) -> str: return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
def from_url(text: str) -> bytes:
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return data if to_url(data) == text else refuse("damaged base64", text)
def from_base64(text: str, size: int | None = None) -> bytes:
    data = base64.b64decode(text, validate=True)
    good = size in {None, len(data)} and base64.b64encode(data).decode() == text
    return data if good else refuse("damaged base64", text)
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # RFC 8032 §5.1
D = -121665 * pow(121666, P - 2, P) % P
def add(p: tuple[int, ...], q: tuple[int, ...]) -> tuple[int, ...]:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P
def multiply(factor: int, p: tuple[int, ...]) -> tuple[int, ...]:
    rest = multiply(factor >> 1, add(p, p)) if factor else (0, 1, 1, 0)
    return add(rest, p) if factor & 1 else rest
def point(data: bytes) -> tuple[int, ...] | None:
    sign, y = divmod(int.from_bytes(data, "little"), 1 << 255)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    x = x * pow(2, (P - 1) // 4, P) % P if (x * x - x2) % P else x
    if y >= P or (x * x - x2) % P or (x == 0 and sign): return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P
def signed_by(public: bytes, message: bytes, signature: bytes) -> bool:
    a, base = point(public), point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    s = int.from_bytes(signature[32:], "little")
    if a is None or base is None or len(signature) != 64 or s >= ORDER: return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little")
    x, y, z, _ = add(multiply(s, base), multiply(k % ORDER, (P - a[0], a[1], 1, P - a[3])))
    x, y = x * pow(z, P - 2, P) % P, y * pow(z, P - 2, P) % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]
Key = NamedTuple("Key", [("vkey", str), ("name", str), ("id", bytes), ("public", bytes)])  # C2SP
def read_key(vkey: str, kind: int = 1) -> Key:
    name, id, encoded = (vkey := vkey.strip(" \t\r\n")).split("+", 2)
    data = from_base64(encoded, 33)
    own = sha(name.encode() + b"\n" + data)[:4]
    if data[0] != kind or own.hex() != id or not name.isprintable() or name.split() != [name]:
        refuse("not an Ed25519 vkey", vkey)
    return Key(vkey, name, own, data[1:])
def open_note(files: Files, where: str, keys: list[Key]) -> tuple[list[str], list[str]]:
    """The lines that the first key signed, once; which of the others, its witnesses, cosigned."""
    seen, (text, _, block) = list[Key](), files[where].decode().rpartition("\n\n")
    must(block.count("\n") <= 100 >= len(keys), "too many signatures", where)
    for mark, name, encoded in (lines := [line.split(" ") for line in block.split("\n")[:-1]]):
        raw, message = from_base64(encoded), (text + "\n").encode()
        for key in {key for key in keys if (mark, key.name, key.id) == ("\u2014", name, raw[:4])}:
            if key is not keys[0]:
                time, raw = int.from_bytes(raw[4:12], "big"), raw[8:]
                message = b"cosignature/v1\ntime %d\n" % time + message
            must(signed_by(key.public, message, raw[4:]), "the signature is wrong", where)
            seen.append(key)
    once = seen.count(keys[0]) == 1 and (where == "checkpoint" or len(lines) == 1)
    must(once and block[-1:] == "\n", "not signed by the key, once", where)
    return text.split("\n"), sorted({key.name for key in seen if key is not keys[0]})
def node(left: bytes, right: bytes) -> bytes: return sha(b"\1" + left + right)  # RFC 9162
def root_of_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that PATH (§2.1.3.1) leads to, followed from the root's side."""
    if size == 1: return refuse("the proof is too long") if path else leaf
    half, rest = 1 << (size - 1).bit_length() - 1, path[:-1]
    if index < half: return node(root_of_path(leaf, index, half, rest), path[-1])
    return node(path[-1], root_of_path(leaf, index - half, size - half, rest))
def blocks(start: int, end: int) -> list[int]:  # sizes of the fewest whole subtrees over these
    size = min(1 << (end - start).bit_length() - 1, (start & -start) or MOST * MOST)
    return [size, *blocks(start + size, end)] if start + size < end else [size]
def root_of_parts(parts: list[tuple[int, bytes]]) -> bytes:  # over subtrees (size, hash) from 0
    stack: list[tuple[int, bytes]] = []
    for size, root in parts:
        while stack and stack[-1][0] == size:
            size, root = size * 2, node(stack.pop()[1], root)
        stack.append((size, root))
    return functools.reduce(lambda right, left: node(left[1], right), stack[-2::-1], stack[-1][1])
def open_leaf(leaf: str, disclosures: list[str], index: int) -> dict[str, Any]:
    digests, opened = set(items(json.loads(leaf)["_sd"])), dict[str, Any]()
    told = '{"_sd":["' + '","'.join(sorted(digests)) + '"],"_sd_alg":"sha-256","v":1}'
    canonical = told == leaf and all(len(from_url(digest)) == 32 for digest in digests)
    must(canonical, "not a leaf in canonical form", index)
    for disclosure in items(disclosures):
        must(to_url(sha(disclosure.encode())) in digests, "the leaf does not commit to this", index)
        salt, name, value = items(read_json(from_url(disclosure)))
        if len(from_url(salt)) < 16 or type(name) is not str or name in opened:
            refuse("not a disclosure, or the second", index)
        opened[name] = version1(value)
    return opened
def check_words(words: list[Any], opened: dict[str, Any], index: int) -> int:
    """How many words of the text are hidden; the others are those that were committed to."""
    leaves = [(1, from_base64(word["hash"], 32) if type(word) is dict else
                  sha(b"\0" + word.encode())) for word in items(words)]
    shown = [items(read_json(from_url(word))) for word in words if type(word) is str]
    odd = any(len(from_url(salt)) < 16 or type(word) is not str for salt, word in shown)
    if odd or root_of_parts(leaves) != from_base64(opened["words"]["root"], 32):
        refuse("a word was changed, moved or removed", index)
    return len(words) - len(shown)
class Dossier:  # the files of a dossier by name, and what each step found in them
    key: Key | None = None
    def __init__(self, files: Files, wanted: str | None, pdf: bytes = b"") -> None:
        self.files, self.wanted, self.pdf, self.manifest = files, wanted, pdf, dict[str, Any]()
        self.size, self.root, self.blackened = 0, b"", 0
        self.leaves, self.opened = dict[int, bytes](), dict[int, dict[str, Any]]()
    def check_files(self) -> str:
        self.manifest = version1(read_json(self.files["manifest.json"]))
        listed: dict[str, str] = self.manifest["files"]
        found = {name: sha(data).hex() for name, data in self.files.items()}
        for name in sorted((set(found) | set(listed)) - (UNLISTED - set(listed))):
            must(found.get(name) == listed.get(name), "changed, missing or not listed", name)
        return f"{len(listed)} unchanged"
    def check_signatures(self) -> str:
        policy = self.files["policy.txt"].decode().split("\n")
        (vkey,) = [line.split(" ")[1] for line in policy if line.startswith("log ")]
        witnesses = [read_key(line.split(" ")[2], 4) for line in policy if line[:8] == "witness "]
        self.key = key = read_key(vkey)
        if self.wanted is not None and read_key(self.wanted) != key:
            refuse("signed by another key than --key", vkey)
        digest = base64.b64encode(sha(self.files["manifest.json"])).decode()
        expected = [f"{key.name}/dossier", self.manifest["case"], digest]
        signs = open_note(self.files, "manifest.sig", [key])[0]
        must(signs == expected, "it signs another manifest", "manifest.sig")
        (origin, size, root), seen = open_note(self.files, "checkpoint", [key, *witnesses])
        ours = origin == key.name and re.fullmatch("[0-9]{1,15}", size)
        must(ours, "of another log", "checkpoint")
        self.size, self.root = int(size), from_base64(root, 32)
        told = f"; cosigned by {', '.join(seen) or 'no witness'} of {len(witnesses)} in policy.txt"
        return f"manifest and checkpoint ({size} entries) by {key.name}{told}"
    def check_records(self) -> str:
        last = -1
        for line in json_lines(self.files["records.jsonl"]):
            index, leaf = line["index"], line["leaf"]
            if type(index) is not int or not last < index < self.size:
                refuse("indexes must rise, below the size", index)
            self.opened[index] = opened = open_leaf(leaf, line["disclosures"], index)
            self.leaves[index] = sha(b"\0" + leaf.encode())
            if "words" in line: self.blackened += check_words(line["words"], opened, index)
            path = [from_base64(value, 32) for value in items(line["proof"])]
            if root_of_path(self.leaves[index], index, self.size, path) != self.root:
                refuse("not in the log at this index", index)
            last = index
        names = [next(iter(parts), "erased") for parts in self.opened.values()]
        kinds = ", ".join(f"{name} {names.count(name)}" for name in sorted(set(names)))
        return f"{len(self.leaves)} open, in the log ({kinds}); {self.blackened} words hidden"
    def check_gaps(self) -> str:
        gaps = version1(read_json(self.files["gaps.json"]))
        first, last, at, shown = min(self.leaves), max(self.leaves), 0, 0
        parts = list[tuple[int, bytes]]()
        for part in items(gaps["parts"]):
            start, end = part["from"], part["to"]
            if {type(start), type(end)} != {int} or start != at or not at < end <= self.size:
                refuse("an index is left out", at)
            if "hashes" in part:
                hashes = (from_base64(value, 32) for value in items(part["hashes"]))
                parts += zip(blocks(start, end), hashes, strict=True)
            else: parts += [(1, self.leaves[index]) for index in range(start, end)]
            at, shown = end, shown + (0 if "hashes" in part else end - start)
        window = (gaps["size"], gaps["first"], gaps["last"], shown, at)
        expected = (self.size, first, last, len(self.leaves), self.size)
        if not same(window, expected) or root_of_parts(parts) != self.root:
            refuse("an entry was removed or added", window)
        return f"{first} to {last}: {shown} records here, {last - first + 1 - shown} entries hidden"
    def check_custody(self) -> str:
        lines = json_lines(self.files["custody.jsonl"])
        for at, entry in [(line["index"], line["entry"]) for line in lines if "index" in line]:
            must(type(at) is int and same(entry, self.opened[at]), "it says else than the log", at)
        return f"{len(lines)} lines"
    def check_pages(self) -> str:  # the key signed all before its signature and all after it
        key, at = self.key or refuse("no key | aucune clé"), self.pdf.rfind(SIGNED) + len(SIGNED)
        if "pages" not in self.manifest: return check_seal(self.pdf)
        around = [sha(part).hex() for part in (self.pdf[:at], self.pdf[at + 128 :])]
        text = "\n".join([f"{key.name}/document", str(self.manifest["case"]), *around, ""]).encode()
        raw = re.fullmatch(b"[0-9A-F]{128}", self.pdf[at : at + 128])
        holds = raw and signed_by(key.public, text, bytes.fromhex(raw[0].decode()))
        must(holds, "not the PDF that the log signed | pas le PDF que le journal a signé", "")
        return "the PDF is as the log signed it | le PDF est tel que le journal l'a signé"
def check_seal(pdf: bytes) -> str:  # of a PDF from before the log's key signed it
    seals = re.findall(rb"/ByteRange ?\[ ?0 (\d+) (\d+) (\d+) *\]", pdf)
    must(seals, "not sealed | pas scellé", "")
    end, start, rest = map(int, seals[-1])
    digest, seal = DIGEST + sha(pdf[:end] + pdf[start:]).hex().encode(), pdf[end:start].lower()
    whole = start + rest == len(pdf) and re.fullmatch(b"<[0-9a-f]*>", seal) and digest in seal
    must(whole, "changed after it was sealed | changé après avoir été scellé", "")
    return "of an old form: who sealed it, pdfsig says | forme ancienne : de qui, voir pdfsig"
Report = NamedTuple("Report", [("checked", list[str]), ("failed", list[str]), ("signer", str),
                               ("authenticated", bool), ("case", str)])
def verify(files: Files, key: str | None = None, pdf: bytes = b"") -> Report:
    """Checks files by name, and the PDF they came in; `key` is the vkey that must have signed."""
    dossier, checked, failed = Dossier(files, key, pdf), list[str](), list[str]()
    steps = (("files | fichiers", dossier.check_files), ("signatures", dossier.check_signatures),
             ("records | entrées", dossier.check_records), ("window | fenêtre", dossier.check_gaps),
             ("custody | suivi", dossier.check_custody), ("pages", dossier.check_pages))
    for title, step in steps[: 6 if pdf[:5] == b"%PDF-" else 5]:
        try:
            checked.append(f"{title}: {step()}")
        except Exception as error:  # whatever a forged file makes Python say, it is a refusal
            failed.append(f"{title}: {error if isinstance(error, Refused) else repr(error)}")
    signer = sha(dossier.key.vkey.encode()).hex() if dossier.key else "unknown"
    known, case = key is not None and not failed, str(dossier.manifest.get("case"))
    return Report(checked, failed, f"sha256:{signer}", known, case)
def lines_of(report: Report) -> list[str]:
    """What a person reads; the first line says whether the signer is known."""
    known = "verified | vérifié" if report.authenticated else "internally consistent | cohérent"
    return [f"signer {'' if report.authenticated else 'not '}authenticated: {report.signer}",
            *(f"ok      {line}" for line in report.checked),
            *(f"FAILED  {line}" for line in report.failed),
            f"{BROKEN if report.failed else known} : {report.case}",
            "This does not prove | Ceci ne prouve pas :", *UNPROVEN.split("\n")]
def read_folder(folder: Path) -> Files:  # neither links nor over 1,000 files or 100 MB
    found = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    odd = len(found) > 1000 or any(path.is_symlink() or not path.is_file() for path in found)
    if odd or sum(path.lstat().st_size for path in found) > MOST:
        refuse("a link, or too large for a dossier", folder)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
def zip_in_pdf(pdf: bytes) -> bytes:
    """The one zip that is attached to a PDF, as it is."""
    found, at = list[bytes](), len(pdf) if len(pdf) > MOST * 2 else 0
    stream = re.compile(rb"/Length (\d{1,10})/Type/EmbeddedFile[^E]{0,300}?stream\r?\n")
    while (match := stream.search(pdf, at)) and len(found) < 2:
        at = match.end() + int(match[1])
        found += [data] if (data := pdf[match.end() : at])[:4] == ZIP else []
    return found[0] if len(found) == 1 else refuse("not one dossier is attached", len(found))
def unzip(data: bytes) -> Files:  # in its one form: in order, stored, nothing beside
    files, directory, at, last = Files(), b"", 0, b""
    while data[at : at + 4] == ZIP and len(files) <= 1000:
        size, length = struct.unpack_from("<IH", data, at + 22)
        name, found = data[at + 30 : (start := at + 30 + length)], data[start : start + size]
        sizes = zlib.crc32(found), len(found), len(found), len(name), 0
        head = struct.pack("<5H3I2H", 20, 2048, 0, 0, 33, *sizes)
        must(name > last and data[at:start] == ZIP + head + name, "not packed as exported", name)
        tail = struct.pack("<3H2I", 0, 0, 0, 0o100644 << 16, at)
        directory += b"PK\1\2\x14\3" + head + tail + (last := name)
        files[name.decode()], at = found, start + size
    end = struct.pack("<4H2IH", 0, 0, len(files), len(files), len(directory), at, 0)
    odd = any(len(n) > 200 or not n.isprintable() or ODD_NAME.search(f"/{n}/") for n in files)
    if odd or len(files) > 1000 or at > MOST * 2 or data[at:] != directory + b"PK\5\6" + end:
        refuse("not packed as it was exported, or too large for a dossier", len(files))
    return files
def read_file(data: bytes) -> Files:
    return unzip(zip_in_pdf(data) if data[:5] == b"%PDF-" else data)
def main() -> int:
    parser = argparse.ArgumentParser(description="Checks a dossier | Contrôle un dossier")
    parser.add_argument("path", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--key", help="the vkey that must have signed, or a file with it")
    asked = parser.parse_args()
    try:  # what is written as a key is no file: a forger could name one like the key
        if asked.key and "+" not in asked.key: asked.key = Path(asked.key).read_text()
        data = asked.path.read_bytes() if asked.path.is_file() else b""
        report = verify(read_file(data) if data else read_folder(asked.path), asked.key, data)
    except (Refused, OSError, ValueError, struct.error) as error:
        report = Report([], [f"{error}"], "unknown", False, "")
    for line in lines_of(report):
        shown = "".join(c if c.isprintable() else "\ufffd" for c in line) + "\n"
        sys.stdout.buffer.write(shown.encode(sys.stdout.encoding, "backslashreplace"))
    return 1 if report.failed else 0
if __name__ == "__main__":
    sys.exit(main())
