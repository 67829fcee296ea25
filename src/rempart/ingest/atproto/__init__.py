"""A record of the AT Protocol with the proof that its account's key signed it: read and checked.

`proof.verify_proof` is the door: the bytes that a server answered, and what holds. Nothing here
asks anybody, and nothing knows a case. https://atproto.com/specs/repository,
https://web.plc.directory/spec/v0.1/did-plc
"""
