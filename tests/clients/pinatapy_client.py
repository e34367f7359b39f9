"""The Python client that people use with Pinata, against the Sandbox. Without a name it prints the names of its tests."""

import json
import os
import sys
import tempfile
import urllib.parse
import urllib.request

import pinatapy
from pinatapy import PinataPy

API = os.environ.get("SANDBOX_API", "")
GATEWAY = os.environ.get("SANDBOX_GATEWAY", "")
PAIR = (os.environ.get("SANDBOX_KEY", ""), os.environ.get("SANDBOX_SECRET", ""))
NOWHERE = "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm"
# It knows one host only.
pinatapy.API_ENDPOINT = f"{API}/"


def served(path):
    with urllib.request.urlopen(f"{GATEWAY}/ipfs/{urllib.parse.quote(path)}") as answer:
        return answer.read()


def equal(found, wanted):
    if found != wanted:
        raise AssertionError(f"{found!r} is not {wanted!r}")


def a_file_and_folders_are_pinned_with_every_way_of_naming_them():
    client = PinataPy(*PAIR)
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/art/sub dir")
        for path in ("a.txt", "art/one.txt", "art/sub dir/zwei ü.txt"):
            with open(f"{folder}/{path}", "w", encoding="utf-8") as file:
                file.write(f"this is {path}")
        os.chdir(folder)
        options = {"pinataMetadata": {"name": "flat", "keyvalues": {"k": "v"}}, "pinataOptions": {"cidVersion": 1}}
        pin = client.pin_file_to_ipfs("a.txt", save_absolute_paths=False, options=options)
        equal(served(pin["IpfsHash"]), b"this is a.txt")
        equal((pin["IpfsHash"][:5], pin["Name"], pin["Keyvalues"]), ("bafkr", "flat", {"k": "v"}))
        pin = client.pin_file_to_ipfs("a.txt", "retro/art", False)
        equal(served(f"{pin['IpfsHash']}/art/a.txt"), b"this is a.txt")
        pin = client.pin_file_to_ipfs("art", save_absolute_paths=False)
        equal(served(f"{pin['IpfsHash']}/sub dir/zwei ü.txt"), "this is art/sub dir/zwei ü.txt".encode())
        equal((pin["NumberOfFiles"], pin["MimeType"]), (2, "directory"))
        again = client.pin_file_to_ipfs("art", save_absolute_paths=False)
        equal((again["IpfsHash"], again["isDuplicate"]), (pin["IpfsHash"], True))
        pin = client.pin_file_to_ipfs(f"{folder}/art")
        below = folder.lstrip("/").split("/", 1)[1]
        equal(served(f"{pin['IpfsHash']}/{below}/art/one.txt"), b"this is art/one.txt")


def JSON_is_pinned_listed_counted_and_unpinned():
    client = PinataPy(*PAIR)
    metadata = {"name": "numbers", "keyvalues": {"kind": "json", "size": 3}}
    pin = client.pin_json_to_ipfs({"b": [1, 2.5], "a": "ä"}, {"pinataMetadata": metadata})
    cid = pin["IpfsHash"]
    equal(served(cid), '{"b":[1,2.5],"a":"ä"}'.encode())
    query = {"status": "pinned", "metadata[keyvalues]": json.dumps({"size": {"value": 2, "op": "gt"}})}
    listed = client.pin_list(query)
    equal([(row["ipfs_pin_hash"], row["metadata"]) for row in listed["rows"]], [(cid, metadata)])
    before = client.user_pinned_data_total()["pin_count"]
    equal(client.remove_pin_from_ipfs(cid), {"message": "Removed"})
    equal(client.user_pinned_data_total()["pin_count"], before - 1)
    refused = client.remove_pin_from_ipfs(cid)
    equal((refused["status"], "CURRENT_USER_HAS_NOT_PINNED_CID" in refused["text"]), (400, True))
    unpinned = client.pin_list({"status": "unpinned", "hashContains": cid})
    equal(unpinned["count"], 1)


def a_pin_by_CID_stands_in_the_queue():
    client = PinataPy(*PAIR)
    job = client.pin_to_pinata_using_ipfs_hash(NOWHERE, "by hash")
    equal((job["ipfsHash"], job["status"], job["name"]), (NOWHERE, "prechecking", "by hash"))
    jobs = client.pin_jobs({"sort": "ASC", "ipfs_pin_hash": NOWHERE, "limit": 1, "offset": 0})
    equal([row["id"] for row in jobs["rows"]], [job["id"]])


def a_key_is_made_used_and_revoked():
    admin = PinataPy(*PAIR)
    permissions = {"endpoints": {"data": {"pinList": True}}}
    made = admin.generate_api_key("reader", False, {"permissions": permissions, "maxUses": 5})
    reader = PinataPy(made["pinata_api_key"], made["pinata_api_secret"])
    equal("rows" in reader.pin_list(), True)
    equal(reader.pin_json_to_ipfs({})["status"], 403)
    equal(admin.revoke_api_key(made["pinata_api_key"]), {"message": "Revoked"})
    equal(reader.pin_list()["status"], 403)
    made = admin.generate_api_key("another admin", True)
    another = PinataPy(made["pinata_api_key"], made["pinata_api_secret"])
    equal("pin_count" in another.user_pinned_data_total(), True)


def a_wrong_pair_is_refused():
    refused = PinataPy("wrong", "pair").pin_list()
    equal((refused["status"], "INVALID_CREDENTIALS" in refused["text"]), (401, True))


TESTS = {
    test.__name__.replace("_", " "): test
    for test in (
        a_file_and_folders_are_pinned_with_every_way_of_naming_them,
        JSON_is_pinned_listed_counted_and_unpinned,
        a_pin_by_CID_stands_in_the_queue,
        a_key_is_made_used_and_revoked,
        a_wrong_pair_is_refused,
    )
}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        TESTS[sys.argv[1]]()
    else:
        print("\n".join(TESTS))
