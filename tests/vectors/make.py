#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Makes the .txt files of this folder from the published vectors.

    make.py SOURCE RFCS

SOURCE has the folders cavp-ike, wycheproof (testvectors_v1) and misc; RFCS the texts rfcNNNN.txt. The files that come
out are committed; this script is run again only when the selection changes. Their form: records of `name = hex` lines
(or `name = "text"`), one empty line between records, `#` for comments.
"""
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
CAVP = "NIST CAVS 17.3, 'IKE v2' (public domain)"
WYCHEPROOF = "Wycheproof, testvectors_v1/{} (Copyright Google and the C2SP authors, Apache-2.0)"


def write(name, sources, records):
    with open(HERE / name, "w") as out:
        for s in sources:
            print("#", s, file=out)
        print("# Selected and written down by make.py.", file=out)
        for r in records:
            print(file=out)
            for key, value in r.items():
                print(f"{key} = {value}".rstrip(), file=out)


def text(s):
    return '"' + re.sub(r'[^ -!#-~]', "?", str(s)) + '"'


def rfc(folder, number):
    """The text without page breaks, headers and footers."""
    raw = (folder / f"rfc{number}.txt").read_text(errors="replace")
    raw = re.sub(r"\n+[^\n]*\[Page \d+\]\n\f?\n?RFC [^\n]*\n+", "\n", raw)
    return raw


# --- IKEv2's key schedule ---

def cavp(source, per_section):
    records, section, record = [], {}, None
    for line in (source / "cavp-ike" / "ikev2.rsp").read_text().splitlines():
        line = line.strip()
        if line.startswith("["):
            key, _, value = line[1:-1].partition(" = ")
            section[key if value else "prf"] = value or key
            record = None
        elif line.startswith("COUNT"):
            record = {"prf": text(section["prf"])}
            if int(line.split("=")[1]) < per_section:
                records.append(record)
        elif " = " in line and record is not None:
            key, value = line.split(" = ")
            key = key.replace("g^ir (new)", "gir_new").replace("g^ir", "gir")
            key = {"DKM(Child SA)": "child", "DKM(Child SA D-H)": "child_dh", "SKEYSEED(Rekey)": "rekey"}.get(key, key)
            record[key] = value
    return records


# --- HMAC ---

def hmac_hex(block):
    """`Key = 0b0b ... (20 bytes)` over several lines: the hex in it."""
    return "".join(re.findall(r"(?:^|\s)((?:[0-9a-f]{2})+)(?=\s|$)", re.sub(r"\([^)]*\)", "", block)))


def hmac_4231(rfcs):
    records = []
    body = rfc(rfcs, 4231)
    body = body[body.rindex("\n4.2.  Test Case 1"):body.rindex("\n5.  Security")]
    for case in re.split(r"\n4\.\d\.  Test Case", body):
        fields = re.split(r"\n\s+(Key|Data|HMAC-SHA-\d+) +=?", case)
        got = dict(zip(fields[1::2], map(hmac_hex, fields[2::2])))
        for bits in (256, 384, 512):
            if "Key" in got:
                records.append({"source": text("RFC 4231"), "hash": text(f"SHA-{bits}"), "key": got["Key"],
                                "data": got["Data"], "mac": got[f"HMAC-SHA-{bits}"]})
    return records


def hmac_2202(rfcs):
    def value(v):
        v = re.sub(r"\s*\n\s*", " ", v.strip())
        again = re.match(r"0x(..) repeated (\d+) times", v)
        if again:
            return again[1] * int(again[2])
        return v[2:] if v.startswith("0x") else v.strip('"').encode().hex()
    body = rfc(rfcs, 2202)
    body = body[body.index("3. Test Cases for HMAC-SHA-1"):body.index("4. Security")]
    records = []
    for case in body.split("test_case =")[1:8]:  # the text repeats the end of its list, by mistake
        f = dict(re.findall(r"\n(key|data|digest) =\s+((?:\"[^\"]*\")|[^\n]*)", case)[::-1])
        records.append({"source": text("RFC 2202"), "hash": text("SHA-1"), "key": value(f["key"]),
                        "data": value(f["data"]), "mac": value(f["digest"])})
    return records


def hmac_4868(rfcs):
    """2.7.2: the authenticators, cut to half of the digest, with keys as long as the digest."""
    body = rfc(rfcs, 4868)
    body = body[body.rindex("\n2.7.2.  Authenticator"):]
    body = body[:body.rindex("\n3.  Security")]
    records = []
    for case in re.split(r"Test Case AUTH", body)[1:]:
        fields = re.split(r"\n\s+(Key|Data|AUTH\d+-\d+|PRF-HMAC-SHA-\d+|HMAC-SHA-\d+-\d+)\s+=?", case)
        got = dict(zip(fields[1::2], map(hmac_hex, fields[2::2])))
        for name, mac in got.items():
            bits = re.search(r"SHA-(\d+)-\d+", name)
            if bits:
                # AUTH512-4 has a line too many in front of its 64 bytes.
                key = got["Key"][-int(bits[1]) // 4:]
                records.append({"source": text("RFC 4868 2.7.2"), "hash": text("SHA-" + bits[1]), "key": key,
                                "data": got["Data"], "mac": mac})
    return records


# --- key exchange ---

def wycheproof(source, name, row, want=lambda group, test: True):
    groups = json.loads((source / "wycheproof" / name).read_text())["testGroups"]
    records = []
    for group in groups:
        for test in group["tests"]:
            if want(group, test):
                record = {"id": test["tcId"], "comment": text(test["comment"]), "result": text(test["result"])}
                record.update(row(group, test))
                records.append(record)
    return records


def some(every, most=120):
    """Each valid-with-flags and odd case is wanted; of long runs of alike ones every n-th."""
    seen = {}

    def want(_, t):
        if len(t.get("msg", "")) > most:
            return False
        like = (t["result"], tuple(t.get("flags", [])))
        seen[like] = seen.get(like, 0) + 1
        return seen[like] <= 6 or seen[like] % every == 0
    return want


def x25519_row(_, t):
    return {"private": t["private"], "public": t["public"], "shared": t["shared"]}


def x25519_7748(rfcs):
    """6.1: both ends of a Diffie-Hellman."""
    body = rfc(rfcs, 7748)
    body = body[body.rindex("\n6.1.  Curve25519"):body.rindex("\n6.2.  Curve448")]
    hexes = re.findall(r"\n\s+([0-9a-f]{64})(?=\n|$)", body)
    a, a_public, b, b_public, shared = hexes
    return [{"comment": text("RFC 7748 6.1"), "result": text("valid"), "private": a, "own": a_public, "public": b_public,
             "shared": shared},
            {"comment": text("RFC 7748 6.1"), "result": text("valid"), "private": b, "own": b_public, "public": a_public,
             "shared": shared}]


def ecp_5903(source, group):
    g = next(g for g in json.loads((source / "misc" / "rfc5903-ecdh.json").read_text())["groups"] if g["group"] == group)
    name = text(f"RFC 5903 8, group {group}")
    return [{"comment": name, "result": text("valid"), "private": g["i"], "own": g["gix"] + g["giy"],
             "public": g["grx"] + g["gry"], "shared": g["girx"]},
            {"comment": name, "result": text("valid"), "private": g["r"], "own": g["grx"] + g["gry"],
             "public": g["gix"] + g["giy"], "shared": g["girx"]}]


def ecp_wycheproof(source, name, size):
    """IKE sends x | y: of the uncompressed points the 04 is cut; other encodings are of no use here."""
    alike = some(8)

    def want(g, t):
        return alike(g, t) and t["public"].startswith("04") and len(t["private"]) <= 2 * size + 2

    def row(_, t):
        return {"private": t["private"][-2 * size:].rjust(2 * size, "0"), "public": t["public"][2:], "shared": t["shared"]}
    return wycheproof(source, name, row, want)


def modp(rfcs):
    """Primes from the text of RFC 3526; everything else is computed here, by Python's pow."""
    body = rfc(rfcs, 3526)
    records = []
    for group, bits, start in ((14, 2048, "3.  2048-bit"), (15, 3072, "4.  3072-bit"), (16, 4096, "5.  4096-bit")):
        part = body[body.rindex(start):]
        part = part[part.index("hexadecimal value is:"):part.index("The generator is")]
        p = int("".join(re.findall(r"\b[0-9A-F]{8}\b", part)), 16)
        assert p.bit_length() == bits
        n = bits // 4
        for i in range(2):
            x = pow(3, 1000003 + group + i, (1 << 512) - 569)
            z = pow(5, 1000003 + group + i, (1 << 512) - 569)
            records.append({"group": text(group), "result": text("valid"), "comment": text("made"), "prime": f"{p:0{n}x}",
                            "private": f"{x:0128x}", "own": f"{pow(2, x, p):0{n}x}", "public": f"{pow(2, z, p):0{n}x}",
                            "shared": f"{pow(2, x * z, p):0{n}x}"})
        # Secrets and values with leading zero bytes: RFC 7296 2.14 wants them padded.
        x = next(x for x in range(1 << 511, (1 << 511) + 5000) if pow(2, x, p).bit_length() <= bits - 8)
        records.append({"group": text(group), "result": text("valid"), "comment": text("own value begins with a zero byte"),
                        "private": f"{x:0128x}", "own": f"{pow(2, x, p):0{n}x}", "public": f"{4:0{n}x}",
                        "shared": f"{pow(4, x, p):0{n}x}"})
        z = next(z for z in range(3, 5000) if pow(pow(2, x, p), z, p).bit_length() <= bits - 8)
        records.append({"group": text(group), "result": text("valid"), "comment": text("secret begins with a zero byte"),
                        "private": f"{x:0128x}", "own": f"{pow(2, x, p):0{n}x}", "public": f"{pow(2, z, p):0{n}x}",
                        "shared": f"{pow(2, x * z, p):0{n}x}"})
        for comment, y in (("0", 0), ("1", 1), ("p - 1", p - 1), ("p", p), ("p + 1", p + 1), ("2^bits - 1", (1 << bits) - 1)):
            records.append({"group": text(group), "result": text("invalid"), "comment": text(comment),
                            "private": f"{x:0128x}", "public": f"{y:0{n}x}"})
        for comment, y in (("2 is the smallest", 2), ("p - 2 is the largest", p - 2)):
            records.append({"group": text(group), "result": text("valid"), "comment": text(comment), "private": f"{x:0128x}",
                            "public": f"{y:0{n}x}", "shared": f"{pow(y, x, p):0{n}x}"})
        for comment, y in (("too short", f"{2:0{n - 2}x}"), ("too long", f"{2:0{n + 2}x}"), ("empty", "")):
            records.append({"group": text(group), "result": text("invalid"), "comment": text(comment),
                            "private": f"{x:0128x}", "public": y})
    return records


# --- sealing ---

def aead(source, name):
    def want(g, t):
        return g["ivSize"] == 96 and g["tagSize"] == 128 and len(t["msg"]) <= 1024

    def row(_, t):
        return {k: t[k] for k in ("key", "iv", "aad", "msg", "ct", "tag")}
    return wycheproof(source, name, row, want)


def esp(source):
    """Whole packets: key, salt, iv, aad, text with trailer, ciphertext and ICV."""
    records = []
    for c in json.loads((source / "misc" / "esp-aes-gcm-mcgrew.json").read_text())["cases"]:
        sealed = c["ciphertext_and_icv"]
        records.append({"comment": text(f"draft-mcgrew-gcm-test-01 case {c['case']}"), "cipher": text("gcm"), "key": c["key"],
                        "iv": c["salt"] + c["iv"], "aad": c["aad"], "msg": c["plaintext_with_esp_trailer"],
                        "ct": sealed[:len(c["plaintext_with_esp_trailer"])], "tag": sealed[len(c["plaintext_with_esp_trailer"]):],
                        "result": text("valid")})
    v = json.loads((source / "misc" / "rfc7634-esp-ikev2-chacha20poly1305.json").read_text())["vectors"]
    records.append({"comment": text("RFC 7634 appendix A"), "cipher": text("chacha"), "key": v["esp"]["keymat"][:64],
                    "iv": v["esp"]["keymat"][64:] + v["esp"]["iv"], "aad": v["esp"]["aad"],
                    "msg": v["esp"]["plaintext_with_esp_trailer"], "ct": v["esp"]["ciphertext"], "tag": v["esp"]["tag"],
                    "result": text("valid")})
    i = v["ikev2"]
    records.append({"comment": text("RFC 7634 appendix B"), "cipher": text("chacha"), "key": i["key"], "iv": i["salt"] + i["iv"],
                    "aad": i["aad"], "msg": i["plaintext_with_pad_length"], "ct": i["ciphertext"], "tag": i["tag"],
                    "result": text("valid")})
    for c in json.loads((source / "misc" / "rfc3602-esp-aes-cbc.json").read_text())["cases"]:
        records.append({"comment": text(f"RFC 3602 case {c['case']}"), "cipher": text("cbc"), "key": c["key"], "iv": c["iv"],
                        "msg": c["plaintext_with_esp_trailer"], "ct": c["ciphertext"], "result": text("valid")})
    return records


# --- signatures ---

def signatures(source):
    def row(kind):
        def of(g, t):
            key = g["publicKeyDer"] if "publicKeyDer" in g else g["keyDer"]
            r = {"kind": text(kind), "hash": text(g["sha"]), "spki": key, "msg": t["msg"], "sig": t["sig"]}
            if kind == "pss":
                r.update({"mgf": text(g["mgfSha"]), "salt": text(g["sLen"])})
            return r
        return of

    take = [
        ("pkcs1", "rsa_signature_2048_sha256_test.json", some(3)),
        ("pkcs1", "rsa_signature_3072_sha384_test.json", some(12)),
        ("pss", "rsa_pss_2048_sha256_mgf1_32_test.json", some(3)),
        ("pss", "rsa_pss_4096_sha512_mgf1_64_test.json", some(12)),
        ("pss", "rsa_pss_misc_test.json", some(1)),
        ("raw", "ecdsa_secp256r1_sha256_p1363_test.json", some(3)),
        ("raw", "ecdsa_secp384r1_sha384_p1363_test.json", some(6)),
        ("raw", "ecdsa_secp521r1_sha512_p1363_test.json", some(6)),
        ("der", "ecdsa_secp256r1_sha256_test.json", some(3)),
        ("der", "ecdsa_secp384r1_sha384_test.json", some(6)),
    ]
    for kind, name, want in take:
        yield kind, name, wycheproof(source, name, row(kind), want)


def fold_keys(records):
    """One key serves many tests: it is written where it changes."""
    last = None
    for r in records:
        if r["spki"] == last:
            del r["spki"]
        else:
            last = r["spki"]
    return records


def main(source, rfcs):
    write("ikev2-keys.txt", [CAVP], cavp(source, 3))
    write("hmac.txt", ["RFC 2202 section 3, RFC 4231 section 4, RFC 4868 section 2.7.2 (IETF Trust; test values)"],
          hmac_2202(rfcs) + hmac_4231(rfcs) + hmac_4868(rfcs))
    write("x25519.txt", ["RFC 7748 section 6.1 (IETF Trust); " + WYCHEPROOF.format("x25519_test.json")],
          x25519_7748(rfcs) + wycheproof(source, "x25519_test.json", x25519_row))
    for group, curve, size in ((19, "secp256r1", 32), (20, "secp384r1", 48)):
        name = f"ecdh_{curve}_ecpoint_test.json"
        write(f"ecp{size * 8}.txt", ["RFC 5903 section 8 (IETF Trust); " + WYCHEPROOF.format(name)],
              ecp_5903(source, group) + ecp_wycheproof(source, name, size))
    write("modp.txt", ["Primes of RFC 3526 (IETF Trust); values computed by make.py with Python's integers (ISC)"], modp(rfcs))
    write("aes-gcm.txt", [WYCHEPROOF.format("aes_gcm_test.json")], aead(source, "aes_gcm_test.json"))
    write("chacha20-poly1305.txt", [WYCHEPROOF.format("chacha20_poly1305_test.json")],
          aead(source, "chacha20_poly1305_test.json"))
    write("esp.txt", ["draft-mcgrew-gcm-test-01 section 4, RFC 7634 appendices A and B, RFC 3602 section 4 (IETF Trust)"],
          esp(source))
    kinds = {}
    for kind, name, records in signatures(source):
        kinds.setdefault(kind, []).append((name, records))
    for kind, parts in kinds.items():
        write(f"signature-{kind}.txt", [WYCHEPROOF.format(name) for name, _ in parts],
              fold_keys([r for _, records in parts for r in records]))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
