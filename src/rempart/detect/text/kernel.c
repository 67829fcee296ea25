/* The compiled path of features.py and model.py: the same integers, faster.
 *
 * Called through ctypes by kernel.py; the tables are given by Python, so that every constant but the
 * hash constants stands in one place. Integer arithmetic only, modulo 2^32: no result depends on the
 * compiler. No memory is allocated and nothing is kept between calls.
 */
#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define PUBLIC __declspec(dllexport)
#else
#define PUBLIC __attribute__((visibility("default")))
#endif

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)0)
#endif

#define AHEAD 16 /* rows of weights are asked for so many features before they are used */
#define FEW 2 /* tokens: a call ("idiot !"), aimed at whoever reads it */
#define MOST 3 /* so often one feature counts in one text */
#define BUCKET_SHIFT 14
#define SLOT_SHIFT 16
#define SLOT_MASK 0xFFFFu
#define HEADS 16
#define BLOCK 256 /* so many int8 can be added up in an int16 */

enum { SEPARATOR, WORD, SYMBOL };

static const uint32_t POWER = 0x01000193u, SLOT_MIX = 0x9E3779B1u;
static const uint32_t MIX_1 = 0x9E3779B1u, MIX_2 = 0x85EBCA77u;
static const uint32_t FIRST = 0xC2B2AE3Du, SECOND = 0x27D4EB2Fu, THIRD = 0x165667B1u;
static const uint32_t GRAM[5] = {0xB5297A4Du, 0x68E31DA5u, 0x1B56C4E9u, 0x7FEB352Du, 0x846CA68Bu};
static const uint32_t SEEDS[9] = {0x1F83D9ABu, 0x5BE0CD19u, 0x3C6EF372u, 0xA54FF53Au, 0x510E527Fu,
                                  0x9B05688Cu, 0x6A09E667u, 0xBB67AE85u, 0x2B3C4D5Eu};

typedef struct {
    const uint8_t *characters; /* class of each code point below `table_size` */
    uint32_t table_size;
    const uint32_t *hashes; /* the open table of words.py */
    const uint8_t *codes;
    uint32_t probes;
    const uint32_t *names; /* hash of each class name */
    uint32_t identity;
    const uint8_t *persons; /* whether a class says that somebody is meant */
} Tables;

static inline uint32_t bucket(uint32_t value, int kind)
{
    uint32_t mixed = (value ^ SEEDS[kind]) * MIX_1;
    mixed ^= mixed >> 15;
    return (mixed * MIX_2) >> BUCKET_SHIFT;
}

static inline uint8_t class_of(const Tables *tables, uint32_t hash)
{
    uint32_t home = (hash * SLOT_MIX) >> SLOT_SHIFT;
    for (uint32_t step = 0; step < tables->probes; step++) {
        uint32_t slot = (home + step) & SLOT_MASK;
        if (tables->hashes[slot] == hash && tables->codes[slot])
            return tables->codes[slot];
    }
    return 0;
}

static inline int kind_of(const Tables *tables, uint32_t code)
{
    return code < tables->table_size ? tables->characters[code] : WORD;
}

/* The features of one text of `length` code points; `codes[0]` is the separator before it and
 * `codes[length]` the one after it. `scratch` holds 5 * length + 8 numbers, `out` 9 * length.
 * Returns how many features there are; `aimed` says whether somebody is meant. */
static int64_t emit(const Tables *tables, const uint32_t *codes, int64_t length, uint32_t *scratch,
                    uint8_t *times, uint32_t *out, uint8_t *aimed)
{
    uint8_t person = 0;
    uint32_t *letters = scratch;                /* the code of a letter, 0 for anything else */
    uint32_t *tokens = scratch + length + 8;    /* their hashes */
    uint32_t *concepts = tokens + length;       /* hashes of the names of the classes met */
    uint32_t *begins = concepts + length;       /* where words begin that give character n-grams */
    uint32_t *sizes = begins + length;
    int64_t count = 0, met = 0, words = 0, n = 0;
    for (int64_t i = 0; i < length;) {
        int kind = kind_of(tables, codes[i]);
        int64_t end = i + 1;
        uint32_t hash;
        if (kind == WORD) {
            uint32_t power = POWER;
            hash = codes[i];
            letters[i] = codes[i];
            while (end < length && kind_of(tables, codes[end]) == WORD) {
                hash += codes[end] * power;
                power *= POWER;
                letters[end] = codes[end];
                end++;
            }
        } else {
            letters[i] = 0;
            person |= codes[i] == '@';
            if (kind == SEPARATOR || (i && codes[i] == codes[i - 1])) {
                i = end;
                continue;
            }
            hash = codes[i];
        }
        uint8_t class = class_of(tables, hash);
        if (class) {
            concepts[met++] = tables->names[class];
            person |= tables->persons[class];
        }
        if (class == tables->identity) {
            hash = tables->names[class];
        } else if (kind == WORD && end > i + 1) {
            begins[words] = (uint32_t)i;
            sizes[words++] = (uint32_t)(end - i);
        }
        tokens[count++] = hash;
        i = end;
    }
    letters[length] = 0;
    *aimed = person || count <= FEW;
    for (int64_t i = 0; i < count; i++)
        out[n++] = bucket(tokens[i], 0);
    for (int64_t i = 0; i + 1 < count; i++)
        out[n++] = bucket(tokens[i] * FIRST + tokens[i + 1] * SECOND, 1);
    for (int64_t i = 0; i + 2 < count; i++)
        out[n++] = bucket(tokens[i] * FIRST + tokens[i + 2] * SECOND, 2);
    /* A window begins at most one before its word and ends at most one after it: there stand noughts.
     * The window that does both is the word itself and left out. */
    for (int64_t w = 0; w < words; w++) {
        const uint32_t *at = letters + begins[w] - 1;
        for (uint32_t i = 0; i < sizes[w]; i++, at++)
            out[n++] = bucket(at[0] * GRAM[0] + at[1] * GRAM[1] + at[2] * GRAM[2], 3);
    }
    for (int64_t w = 0; w < words; w++) {
        const uint32_t *at = letters + begins[w] - 1;
        for (uint32_t i = 1; sizes[w] > 2 && i < sizes[w]; i++, at++)
            out[n++] = bucket(at[0] * GRAM[0] + at[1] * GRAM[1] + at[2] * GRAM[2] +
                                  at[3] * GRAM[3], 4);
    }
    for (int64_t w = 0; w < words; w++) {
        const uint32_t *at = letters + begins[w] - 1;
        for (uint32_t i = 2; sizes[w] > 3 && i < sizes[w]; i++, at++)
            out[n++] = bucket(at[0] * GRAM[0] + at[1] * GRAM[1] + at[2] * GRAM[2] +
                                  at[3] * GRAM[3] + at[4] * GRAM[4], 5);
    }
    for (int64_t i = 0; i < met; i++)
        out[n++] = bucket(concepts[i], 6);
    for (int64_t i = 0; i + 1 < met; i++)
        out[n++] = bucket(concepts[i] * FIRST + concepts[i + 1] * SECOND, 7);
    for (int64_t i = 0; i + 2 < met; i++)
        out[n++] = bucket(
            concepts[i] * FIRST + concepts[i + 1] * SECOND + concepts[i + 2] * THIRD, 8);
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        uint32_t one = out[i];
        out[kept] = one;
        kept += times[one] < MOST;
        times[one] += times[one] < MOST;
    }
    for (int64_t i = 0; i < kept; i++)
        times[out[i]] = 0;
    return kept;
}

/* `times` is [buckets] of nought and is so again afterwards.
 * `bounds` has texts + 1 entries, `starts` as many; `indices` holds 9 * bounds[texts] numbers. */
PUBLIC int64_t rempart_features(const Tables *tables, const uint32_t *codes, const int64_t *bounds,
                                int64_t texts, uint32_t *scratch, uint8_t *times,
                                uint32_t *indices, int64_t *starts)
{
    int64_t n = 0;
    uint8_t aimed;
    for (int64_t i = 0; i < texts; i++) {
        starts[i] = n;
        n += emit(tables, codes + bounds[i], bounds[i + 1] - bounds[i], scratch, times, indices + n,
                  &aimed);
    }
    starts[texts] = n;
    return n;
}

/* `weights` is [buckets, 16]; `sums` [texts, 16], `counts` and `aimed` [texts] are written; `indices` holds
 * nine numbers for each code point of the longest text. */
PUBLIC void rempart_sums(const Tables *tables, const uint32_t *codes, const int64_t *bounds,
                         int64_t texts, uint32_t *scratch, uint8_t *times, uint32_t *indices,
                         const int8_t *weights, int32_t *sums, int64_t *counts, uint8_t *aimed)
{
    for (int64_t i = 0; i < texts; i++) {
        int64_t n =
            emit(tables, codes + bounds[i], bounds[i + 1] - bounds[i], scratch, times, indices,
                 aimed + i);
        int32_t *total = sums + i * HEADS;
        for (int head = 0; head < HEADS; head++)
            total[head] = 0;
        for (int64_t first = 0; first < n; first += BLOCK) {
            int64_t last = first + BLOCK < n ? first + BLOCK : n;
            int16_t part[HEADS] = {0};
            for (int64_t j = first; j < last; j++) {
                if (j + AHEAD < n)
                    PREFETCH(weights + (size_t)indices[j + AHEAD] * HEADS);
                const int8_t *row = weights + (size_t)indices[j] * HEADS;
                for (int head = 0; head < HEADS; head++)
                    part[head] = (int16_t)(part[head] + row[head]);
            }
            for (int head = 0; head < HEADS; head++)
                total[head] += part[head];
        }
        counts[i] = n;
    }
}
