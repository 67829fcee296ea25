/* The compiled path of commit.py, merkle.py and tiles.py: the same bytes, faster.
 *
 * Called through ctypes by kernel.py. There is no cryptography here: SHA-256 is the library's that
 * Python's hashlib is made of, handed over as three functions. What is saved is a Python object or
 * five for each hash. No memory is allocated and nothing is kept between calls.
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

/* RFC 4648, section 5, without padding; returns how many characters. */
static size_t base64url(const uint8_t *data, size_t length, char *out)
{
    char *at = out;
    size_t whole = length - length % 3;
    for (size_t i = 0; i < whole; i += 3, at += 4) {
        uint32_t three = (uint32_t)data[i] << 16 | (uint32_t)data[i + 1] << 8 | data[i + 2];
        at[0] = ALPHABET[three >> 18];
        at[1] = ALPHABET[three >> 12 & 63];
        at[2] = ALPHABET[three >> 6 & 63];
        at[3] = ALPHABET[three & 63];
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

/* Digests of bodies (commit.py, rule 2), 43 characters each; `lengths` are those of the bodies. */
PUBLIC void rempart_digests(const Sha256 *sha, const uint8_t *bodies, const int64_t *lengths,
                            int64_t count, char *out)
{
    char encoded[PORTION / 3 * 4];
    uint8_t hash[HASH];
    Context context;
    for (int64_t i = 0; i < count; i++, out += DIGEST) {
        size_t left = (size_t)lengths[i];
        sha->begin(&context);
        while (left) {
            size_t portion = left < PORTION ? left : PORTION;
            sha->add(&context, encoded, base64url(bodies, portion, encoded));
            bodies += portion;
            left -= portion;
        }
        sha->end(hash, &context);
        base64url(hash, HASH, out);
    }
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
