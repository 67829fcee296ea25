/* The compiled path of commit.py, merkle.py and tiles.py: the same bytes, faster.
 *
 * Called through ctypes by kernel.py. There is no cryptography here: SHA-256 and AES-256-GCM are those
 * of the library that Python's hashlib is made of, handed over as functions. What is saved is a
 * Python object or five for each hash, and a cipher of its own for each key. No memory is allocated
 * here and nothing is kept between calls.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PUBLIC __attribute__((visibility("default")))
#define HASH 32
#define DIGEST 43 /* characters of a hash in base64url */
#define WIDTH 256 /* hashes of a full tile */
#define PORTION 3072 /* bytes of a body that are encoded at once; a multiple of three */

typedef struct {
    int (*begin)(void *context);
    int (*add)(void *context, const void *data, size_t length);
    int (*end)(unsigned char *hash, void *context);
} Sha256;

typedef union {
    uint64_t aligned;
    unsigned char room[512]; /* the library's own needs 112 */
} Context;

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

typedef struct {
    char two[4096][2];
} Pairs;

/* The two characters of each twelve bits: made once a call, so that nothing is kept. */
static void fill(Pairs *pairs)
{
    for (int i = 0; i < 4096; i++) {
        pairs->two[i][0] = ALPHABET[i >> 6];
        pairs->two[i][1] = ALPHABET[i & 63];
    }
}

/* RFC 4648, section 5, without padding; returns how many characters. */
static size_t base64url(const Pairs *pairs, const uint8_t *data, size_t length, char *out)
{
    char *at = out;
    size_t whole = length - length % 3;
    for (size_t i = 0; i < whole; i += 3, at += 4) {
        memcpy(at, pairs->two[data[i] << 4 | data[i + 1] >> 4], 2);
        memcpy(at + 2, pairs->two[(data[i + 1] & 15) << 8 | data[i + 2]], 2);
    }
    if (length > whole) {
        uint32_t rest = (uint32_t)data[whole] << 16;
        if (length - whole == 2)
            rest |= (uint32_t)data[whole + 1] << 8;
        *at++ = ALPHABET[rest >> 18];
        *at++ = ALPHABET[rest >> 12 & 63];
        if (length - whole == 2)
            *at++ = ALPHABET[rest >> 6 & 63];
    }
    return (size_t)(at - out);
}

/* The digest of a body (commit.py, rule 2): 43 characters. */
static void digest(const Sha256 *sha, const Pairs *pairs, const uint8_t *body, size_t left,
                   char *out)
{
    char encoded[PORTION / 3 * 4];
    uint8_t hash[HASH];
    Context context;
    sha->begin(&context);
    while (left) {
        size_t portion = left < PORTION ? left : PORTION;
        sha->add(&context, encoded, base64url(pairs, body, portion, encoded));
        body += portion;
        left -= portion;
    }
    sha->end(hash, &context);
    base64url(pairs, hash, HASH, out);
}

/* Digests of bodies; `lengths` are those of the bodies. */
PUBLIC void rempart_digests(const Sha256 *sha, const uint8_t *bodies, const int64_t *lengths,
                            int64_t count, char *out)
{
    Pairs pairs;
    fill(&pairs);
    for (int64_t i = 0; i < count; bodies += lengths[i++], out += DIGEST)
        digest(sha, &pairs, bodies, (size_t)lengths[i], out);
}

/* RFC 9162, section 2.1.1: hashes of leaves. */
PUBLIC void rempart_leaf_hashes(const Sha256 *sha, const uint8_t *leaves, const int64_t *lengths,
                                int64_t count, uint8_t *out)
{
    static const uint8_t leaf = 0;
    Context context;
    for (int64_t i = 0; i < count; i++, out += HASH) {
        sha->begin(&context);
        sha->add(&context, &leaf, 1);
        sha->add(&context, leaves, (size_t)lengths[i]);
        sha->end(out, &context);
        leaves += lengths[i];
    }
}

/* The root of each full tile of 256 hashes. */
PUBLIC void rempart_tile_roots(const Sha256 *sha, const uint8_t *tiles, int64_t count, uint8_t *out)
{
    uint8_t level[WIDTH / 2 * HASH], pair[1 + 2 * HASH] = {1};
    Context context;
    for (int64_t i = 0; i < count; i++, tiles += WIDTH * HASH, out += HASH) {
        const uint8_t *below = tiles;
        for (int width = WIDTH / 2; width; width /= 2, below = level)
            for (int k = 0; k < width; k++) {
                memcpy(pair + 1, below + 2 * HASH * k, 2 * HASH);
                sha->begin(&context);
                sha->add(&context, pair, sizeof pair);
                sha->end(level + HASH * k, &context);
            }
        memcpy(out, level, HASH);
    }
}

#define NONCE 12
#define TAG 16
#define SET_TAG 0x11 /* EVP_CTRL_AEAD_SET_TAG */

typedef struct {
    void *(*context)(void);
    void (*drop)(void *context);
    const void *(*cipher)(void);
    int (*begin)(void *context, const void *cipher, void *engine, const uint8_t *key,
                 const uint8_t *nonce);
    int (*add)(void *context, uint8_t *out, int *written, const uint8_t *data, int length);
    int (*control)(void *context, int what, int length, void *data);
    int (*end)(void *context, uint8_t *out, int *written);
} Aead;

/* Opens one sealed body: nonce, ciphertext, tag. 1 when the tag is right. */
static int open_one(const Aead *aead, void *context, const uint8_t *key, uint64_t place,
                    const uint8_t *sealed, int length, uint8_t *out)
{
    uint8_t where[8];
    int written;
    for (int i = 0; i < 8; i++)
        where[i] = (uint8_t)(place >> (56 - 8 * i));
    return aead->begin(context, NULL, NULL, key, sealed) == 1 &&
           aead->add(context, NULL, &written, where, sizeof where) == 1 &&
           aead->add(context, out, &written, sealed + NONCE, length) == 1 &&
           aead->control(context, SET_TAG, TAG, (void *)(sealed + NONCE + length)) == 1 &&
           aead->end(context, out + length, &written) == 1;
}

/* Digests of sealed bodies (vault.py), each opened with the key `which` of `keys` (32 bytes each);
 * `good` says which did open, of the others there is no digest. `room` is as long as the longest:
 * texts stand in it one after the other and never leave here. 0: the library has no such cipher. */
PUBLIC int rempart_sealed_digests(const Aead *aead, const Sha256 *sha, const uint8_t *sealed,
                                  const int64_t *lengths, const uint8_t *keys,
                                  const int64_t *which, const int64_t *places, int64_t count,
                                  uint8_t *room, uint8_t *good, char *out)
{
    Pairs pairs;
    void *context = aead->context();
    if (!context)
        return 0;
    fill(&pairs);
    int ready = aead->begin(context, aead->cipher(), NULL, NULL, NULL) == 1;
    for (int64_t i = 0; ready && i < count; sealed += lengths[i++], out += DIGEST) {
        int64_t length = lengths[i] - NONCE - TAG;
        good[i] = length >= 0 && length <= INT32_MAX &&
                  open_one(aead, context, keys + 32 * which[i], (uint64_t)places[i], sealed,
                           (int)length, room);
        if (good[i])
            digest(sha, &pairs, room, (size_t)length, out);
    }
    aead->drop(context);
    return ready;
}
