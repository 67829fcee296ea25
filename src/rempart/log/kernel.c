/* The compiled path of commit.py, merkle.py and tiles.py: the same bytes, faster.
 *
 * Called through ctypes by kernel.py. There is no cryptography here: SHA-256, AES-256-GCM and BLAKE2b
 * are those of the library that Python's hashlib is made of, handed over as functions. What is saved
 * is a Python object or five for each hash, and a cipher of its own for each key. No memory is
 * allocated here and nothing is kept between calls.
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

#if defined(__x86_64__) && defined(__GNUC__)
#include <tmmintrin.h>
#define WIDE 1
/* Sixteen characters of twelve bytes: each 32 bits get three of them, so that two multiplications
 * move the four sixes of bits apart; what is added to a six to make its letter, a table of 16 says. */
__attribute__((target("ssse3"))) static void sixteen(const uint8_t *data, char *out)
{
    const __m128i spread = _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
    const __m128i add = _mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                      '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '-' - 62,
                                      '_' - 63, 'A', 0, 0);
    __m128i threes = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)data), spread);
    __m128i even = _mm_mulhi_epu16(_mm_and_si128(threes, _mm_set1_epi32(0x0fc0fc00)),
                                   _mm_set1_epi32(0x04000040));
    __m128i odd = _mm_mullo_epi16(_mm_and_si128(threes, _mm_set1_epi32(0x003f03f0)),
                                  _mm_set1_epi32(0x01000010));
    __m128i sixes = _mm_or_si128(even, odd);
    __m128i which = _mm_or_si128(_mm_subs_epu8(sixes, _mm_set1_epi8(51)),
                                 _mm_and_si128(_mm_cmpgt_epi8(_mm_set1_epi8(26), sixes),
                                               _mm_set1_epi8(13)));
    _mm_storeu_si128((__m128i *)out, _mm_add_epi8(_mm_shuffle_epi8(add, which), sixes));
}
#endif

typedef struct {
    char two[4096][2];
    int wide; /* whether this processor can do sixteen characters at once */
} Pairs;

/* The two characters of each twelve bits: made once a call, so that nothing is kept. */
static void fill(Pairs *pairs)
{
#ifdef WIDE
    pairs->wide = __builtin_cpu_supports("ssse3") != 0;
#else
    pairs->wide = 0;
#endif
    for (int i = 0; i < 4096; i++) {
        pairs->two[i][0] = ALPHABET[i >> 6];
        pairs->two[i][1] = ALPHABET[i & 63];
    }
}

/* RFC 4648, section 5, without padding; returns how many characters. */
static size_t base64url(const Pairs *pairs, const uint8_t *data, size_t length, char *out)
{
    char *at = out;
    size_t i = 0, whole = length - length % 3;
#ifdef WIDE
    if (pairs->wide)
        for (; i + 16 <= length; i += 12, at += 16) /* twelve bytes of sixteen that are read */
            sixteen(data + i, at);
#endif
    for (; i < whole; i += 3, at += 4) {
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

/* What stands in a leaf before and after the digest of its only body (commit.py). */
typedef struct {
    const char *head;
    int64_t head_length;
    const char *tail;
    int64_t tail_length;
} Frame;

/* The leaf of one body; returns where the next begins. */
static char *leaf_of(const Sha256 *sha, const Pairs *pairs, const Frame *frame,
                     const uint8_t *body, size_t length, char *out)
{
    memcpy(out, frame->head, (size_t)frame->head_length);
    out += frame->head_length;
    digest(sha, pairs, body, length, out);
    out += DIGEST;
    memcpy(out, frame->tail, (size_t)frame->tail_length);
    return out + frame->tail_length;
}

/* The leaf of each body alone; `lengths` are those of the bodies. */
PUBLIC void rempart_leaves(const Sha256 *sha, const Frame *frame, const uint8_t *bodies,
                           const int64_t *lengths, int64_t count, char *out)
{
    Pairs pairs;
    fill(&pairs);
    for (int64_t i = 0; i < count; bodies += lengths[i++])
        out = leaf_of(sha, &pairs, frame, bodies, (size_t)lengths[i], out);
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

#define KEY 32
#define NONCE 12
#define TAG 16
#define GET_TAG 0x10 /* EVP_CTRL_AEAD_GET_TAG */
#define SET_TAG 0x11 /* EVP_CTRL_AEAD_SET_TAG */

typedef struct {
    void *(*context)(void);
    void (*drop)(void *context);
    const void *(*cipher)(void);
    int (*begin)(void *context, const void *cipher, void *engine, const uint8_t *key,
                 const uint8_t *nonce, int seal);
    int (*add)(void *context, uint8_t *out, int *written, const uint8_t *data, int length);
    int (*control)(void *context, int what, int length, void *data);
    int (*end)(void *context, uint8_t *out, int *written);
} Aead;

/* A cipher for many bodies. `key` is the one it was made ready with, NULL after anything failed:
 * bodies of one author stand together, and a key is made ready once for them. */
typedef struct {
    const Aead *aead;
    void *context;
    const uint8_t *key;
} Cipher;

static int start(Cipher *cipher, const Aead *aead, int seal)
{
    cipher->aead = aead;
    cipher->key = NULL;
    cipher->context = aead->context();
    return cipher->context &&
           aead->begin(cipher->context, aead->cipher(), NULL, NULL, NULL, seal) == 1;
}

static void stop(Cipher *cipher)
{
    if (cipher->context)
        cipher->aead->drop(cipher->context);
}

static int turn(Cipher *cipher, const uint8_t *key, const uint8_t *nonce, const uint8_t *where,
                int where_length)
{
    const Aead *aead = cipher->aead;
    int written, same = cipher->key && !memcmp(cipher->key, key, KEY);
    cipher->key = NULL;
    return aead->begin(cipher->context, NULL, NULL, same ? NULL : key, nonce, -1) == 1 &&
           aead->add(cipher->context, NULL, &written, where, where_length) == 1;
}

/* Opens nonce, ciphertext of `length` bytes, tag. 1 when the tag is right. */
static int open_one(Cipher *cipher, const uint8_t *key, const uint8_t *where, int where_length,
                    const uint8_t *sealed, int length, uint8_t *out)
{
    const Aead *aead = cipher->aead;
    int written, good = turn(cipher, key, sealed, where, where_length) &&
                        aead->add(cipher->context, out, &written, sealed + NONCE, length) == 1 &&
                        aead->control(cipher->context, SET_TAG, TAG,
                                      (void *)(sealed + NONCE + length)) == 1 &&
                        aead->end(cipher->context, out + length, &written) == 1;
    if (good)
        cipher->key = key;
    return good;
}

/* The reverse; the nonce stands in `out` already. */
static int seal_one(Cipher *cipher, const uint8_t *key, const uint8_t *where, int where_length,
                    const uint8_t *body, int length, uint8_t *out)
{
    const Aead *aead = cipher->aead;
    int written, good = turn(cipher, key, out, where, where_length) &&
                        aead->add(cipher->context, out + NONCE, &written, body, length) == 1 &&
                        aead->end(cipher->context, out + NONCE + length, &written) == 1 &&
                        aead->control(cipher->context, GET_TAG, TAG, out + NONCE + length) == 1;
    if (good)
        cipher->key = key;
    return good;
}

/* The place of a body as it is authenticated: eight bytes, the highest first. */
static void tell_place(uint64_t place, uint8_t *out)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(place >> (56 - 8 * i));
}

/* The leaf of each sealed body alone (vault.py), opened with its key (`keys`: 32 bytes each); `good`
 * says which did open, of the others the leaf says nothing. `room` is as long as the longest: texts
 * stand in it one after the other, never leave here, and are overwritten in the end. 0: the library
 * has no such cipher. */
PUBLIC int rempart_sealed_leaves(const Aead *aead, const Sha256 *sha, const Frame *frame,
                                 const uint8_t *sealed, const int64_t *lengths,
                                 const uint8_t *keys, const int64_t *places, int64_t count,
                                 uint8_t *room, int64_t room_length, uint8_t *good, char *out)
{
    Pairs pairs;
    Cipher cipher;
    uint8_t where[8];
    int ready = start(&cipher, aead, 0);
    fill(&pairs);
    for (int64_t i = 0; ready && i < count; sealed += lengths[i++], keys += KEY) {
        int64_t length = lengths[i] - NONCE - TAG;
        tell_place((uint64_t)places[i], where);
        good[i] = length >= 0 && length <= INT32_MAX &&
                  open_one(&cipher, keys, where, sizeof where, sealed, (int)length, room);
        out = leaf_of(sha, &pairs, frame, room, good[i] ? (size_t)length : 0, out);
    }
    memset(room, 0, (size_t)room_length);
    stop(&cipher);
    return ready;
}

/* Seals bodies, each with its key and nonce; `out` gets nonce, ciphertext and tag of each. 0: one of
 * them could not be sealed, and nothing of `out` may be used. */
PUBLIC int rempart_seal(const Aead *aead, const uint8_t *bodies, const int64_t *lengths,
                        const uint8_t *keys, const uint8_t *nonces, const int64_t *places,
                        int64_t count, uint8_t *out)
{
    Cipher cipher;
    uint8_t where[8];
    int ready = start(&cipher, aead, 1);
    for (int64_t i = 0; ready && i < count; i++) {
        tell_place((uint64_t)places[i], where);
        memcpy(out, nonces, NONCE);
        ready = lengths[i] <= INT32_MAX && seal_one(&cipher, keys, where, sizeof where, bodies,
                                                    (int)lengths[i], out);
        out += NONCE + lengths[i] + TAG;
        bodies += lengths[i];
        keys += KEY;
        nonces += NONCE;
    }
    stop(&cipher);
    return ready;
}

#define WRAPPED (NONCE + KEY + TAG)
#define MOST_PREFIX 64

/* Where a key belongs (master_key.py): `prefix` and its number in decimal. */
typedef struct {
    uint8_t text[MOST_PREFIX + 20];
    int prefix;
    int length;
} Where;

static int begin_where(Where *where, const char *prefix, int64_t length)
{
    if (length < 0 || length > MOST_PREFIX)
        return 0;
    memcpy(where->text, prefix, (size_t)length);
    where->prefix = where->length = (int)length;
    return 1;
}

static int tell_number(Where *where, int64_t number)
{
    char digits[20];
    int first = sizeof digits;
    uint64_t left = (uint64_t)number;
    do
        digits[--first] = (char)('0' + left % 10);
    while (left /= 10);
    memcpy(where->text + where->prefix, digits + first, sizeof digits - (size_t)first);
    where->length = where->prefix + (int)sizeof digits - first;
    return number >= 0;
}

/* Opens keys wrapped under one master key, each where it belongs; `good` says which did open, the
 * others are zeros. 0: no such cipher. */
PUBLIC int rempart_unwrap(const Aead *aead, const uint8_t *master, const char *prefix,
                          int64_t prefix_length, const int64_t *numbers, const uint8_t *wrapped,
                          int64_t count, uint8_t *good, uint8_t *out)
{
    Where where;
    Cipher cipher;
    if (!begin_where(&where, prefix, prefix_length))
        return 0;
    int ready = start(&cipher, aead, 0);
    for (int64_t i = 0; ready && i < count; i++, wrapped += WRAPPED, out += KEY) {
        good[i] = tell_number(&where, numbers[i]) &&
                  open_one(&cipher, master, where.text, where.length, wrapped, KEY, out);
        if (!good[i])
            memset(out, 0, KEY);
    }
    stop(&cipher);
    return ready;
}

/* The reverse, each with its nonce. 0: one of them could not be wrapped, and nothing of `out` may be
 * used. */
PUBLIC int rempart_wrap(const Aead *aead, const uint8_t *master, const char *prefix,
                        int64_t prefix_length, const int64_t *numbers, const uint8_t *keys,
                        const uint8_t *nonces, int64_t count, uint8_t *out)
{
    Where where;
    Cipher cipher;
    if (!begin_where(&where, prefix, prefix_length))
        return 0;
    int ready = start(&cipher, aead, 1);
    for (int64_t i = 0; ready && i < count; i++, keys += KEY, nonces += NONCE, out += WRAPPED) {
        memcpy(out, nonces, NONCE);
        ready = tell_number(&where, numbers[i]) &&
                seal_one(&cipher, master, where.text, where.length, keys, KEY, out);
    }
    stop(&cipher);
    return ready;
}

/* OSSL_PARAM */
typedef struct {
    const char *name;
    unsigned int type;
    void *data;
    size_t length;
    size_t changed;
} Setting;

#define NUMBER 2 /* OSSL_PARAM_UNSIGNED_INTEGER */
#define OCTETS 5 /* OSSL_PARAM_OCTET_STRING */
#define UNCHANGED ((size_t)-1)

typedef struct {
    void *(*fetch)(void *library, const char *name, const char *wanted);
    void (*release)(void *mac);
    void *(*context)(void *mac);
    void (*drop)(void *context);
    int (*set)(void *context, const Setting *settings);
    int (*begin)(void *context, const uint8_t *key, size_t length, const Setting *settings);
    int (*add)(void *context, const uint8_t *data, size_t length);
    int (*end)(void *context, uint8_t *out, size_t *written, size_t room);
} Mac;

/* BLAKE2b of 32 bytes of one message, keyed with each key, personalised. 0: the library cannot, and
 * nothing of `out` may be used. */
PUBLIC int rempart_keyed(const Mac *mac, const char *person, int64_t person_length,
                         const uint8_t *keys, int64_t count, const uint8_t *message,
                         int64_t length, uint8_t *out)
{
    size_t size = KEY, written;
    const Setting settings[] = {
        {"size", NUMBER, &size, sizeof size, UNCHANGED},
        {"custom", OCTETS, (void *)person, (size_t)person_length, UNCHANGED},
        {NULL, 0, NULL, 0, 0},
    };
    void *blake2b = mac->fetch(NULL, "BLAKE2BMAC", NULL);
    void *context = blake2b ? mac->context(blake2b) : NULL;
    int ready = context && mac->set(context, settings) == 1;
    for (int64_t i = 0; ready && i < count; i++, keys += KEY, out += KEY)
        ready = mac->begin(context, keys, KEY, NULL) == 1 &&
                mac->add(context, message, (size_t)length) == 1 &&
                mac->end(context, out, &written, KEY) == 1 && written == KEY;
    if (context)
        mac->drop(context);
    if (blake2b)
        mac->release(blake2b);
    return ready;
}
