/* Sums, extremes and counts of doubles in one pass each: what numpy does in dozens.

Every function has a twin in numpy that gives the same to the bit, since all that is added up are
integers: where no C compiler is at hand, or not such a one, the program does without this file. */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#if !defined(__SIZEOF_INT128__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "integers of 128 bits and little ends are needed"
#endif

#ifdef __FAST_MATH__ /* it would round otherwise, and the whole program would lose subnormals */
#error "the arithmetic of doubles is to be as it is written"
#endif

#if defined(__x86_64__) && defined(__GLIBC__)
#define ON_ANY_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define ON_ANY_PROCESSOR
#endif

typedef unsigned __int128 Wide;

enum {
    FRACTION = 52,         /* the bits of a double behind its exponent */
    EXPONENTS = 1 << 11,
    OCTAVES = 1 << 12,     /* the exponents, and those of negative numbers */
    BITS = 12,             /* of a fraction, which tell a bin: as in octaves.py */
    BINS = 1 << BITS,      /* the bins of an octave in a histogram */
    LEAST = 1075,          /* a double is its fraction times 2**(exponent - LEAST) */
    BASE = 2176,           /* sums are whole numbers of 2**-BASE: as in runs.py */
    WORDS = 2 * BASE / 64,
    LOT = 1 << 20,         /* so many squares add up within the bits of a heap */
    ARRAYS = 12,           /* a function takes so many at most */
};

/* The sum of the fractions of doubles of one octave, and that of their squares. */
typedef struct {
    Wide sum, squares;
} Heap;

static _Thread_local Heap heaps_of_thread[OCTAVES];

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Add `value` times 2**at to a number of WORDS words in two's complement, or subtract it. */
static void add_at(uint64_t *words, Wide value, int at, int negative)
{
    int word = at / 64, shift = at % 64;
    uint64_t parts[3] = {(uint64_t)(value << shift), (uint64_t)((value << shift) >> 64), 0};
    if (shift)
        parts[2] = (uint64_t)(value >> (128 - shift));
    uint64_t carry = 0;
    for (int k = 0; word + k < WORDS && (k < 3 || carry); k++) {
        uint64_t part = k < 3 ? parts[k] : 0, old = words[word + k];
        Wide found = negative ? (Wide)old - part - carry : (Wide)old + part + carry;
        words[word + k] = (uint64_t)found;
        carry = (uint64_t)(found >> 64) & 1;
    }
}

/* Put doubles on the heaps of their octaves, fewer than 2**22 of them. */
static void heap_up(Heap *heaps, const double *values, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        uint64_t bits = bits_of(values[i]), octave = bits >> FRACTION;
        uint64_t fraction = bits & (((uint64_t)1 << FRACTION) - 1);
        fraction |= (uint64_t)(octave % EXPONENTS != 0) << FRACTION;
        heaps[octave].sum += fraction;
        heaps[octave].squares += (Wide)fraction * fraction;
    }
}

/* Add up finite doubles, and their squares, exactly in units of 2**-BASE. */
static void add_powers(const double *values, Py_ssize_t count, uint64_t *sum, uint64_t *squares)
{
    Heap *heaps = heaps_of_thread;
    __asm__("" : "+r"(heaps)); /* or else every round of a loop would ask for the address */
    for (Py_ssize_t start = 0; start < count; start += LOT) {
        heap_up(heaps, values + start, count - start < LOT ? count - start : LOT);
        for (int octave = 0; octave < OCTAVES; octave++) {
            Heap *heap = &heaps[octave];
            if (!heap->sum)
                continue;
            int exponent = octave % EXPONENTS, unit = (exponent ? exponent : 1) - LEAST;
            add_at(sum, heap->sum, unit + BASE, octave >= EXPONENTS);
            add_at(squares, heap->squares, 2 * unit + BASE, 0);
            *heap = (Heap){0, 0};
        }
    }
}

/* Find the least and the largest of doubles: their bits, as integers that are in the same order. */
ON_ANY_PROCESSOR
static void find_ends(const double *values, Py_ssize_t count, int64_t *least, int64_t *most)
{
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (Py_ssize_t i = 0; i < count; i++) {
        int64_t bits;
        memcpy(&bits, values + i, sizeof bits);
        bits ^= (int64_t)((uint64_t)(bits >> 63) >> 1);
        low = bits < low ? bits : low;
        high = bits > high ? bits : high;
    }
    *least = low;
    *most = high;
}

/* Round the cubes of doubles to units by adding `upper`, what remains by adding `lower`. */
ON_ANY_PROCESSOR
static void add_cubes(const double *values, Py_ssize_t count, double upper, double lower,
                      uint64_t *units)
{
    uint64_t high = 0, low = 0, bits;
    for (Py_ssize_t i = 0; i < count; i++) {
        double cube = values[i] * values[i] * values[i];
        double rounded = cube + upper;
        memcpy(&bits, &rounded, sizeof bits);
        high += bits;
        rounded = (cube - (rounded - upper)) + lower;
        memcpy(&bits, &rounded, sizeof bits);
        low += bits;
    }
    units[0] = high - (uint64_t)count * bits_of(upper);
    units[1] = low - (uint64_t)count * bits_of(lower);
}

/* Add up a 64-bit mix of the bits of each double: the finalizer of SplitMix64. */
static Wide add_mixes(const double *values, Py_ssize_t count)
{
    Wide sum = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        uint64_t bits = bits_of(values[i] + 0.0); /* which makes 0.0 of -0.0 */
        bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ bits >> 27) * 0x94D049BB133111EB;
        sum += bits ^ bits >> 31;
    }
    return sum;
}

/* The memory of the arrays among the arguments of a function, which come first. */
typedef struct {
    int count;
    Py_buffer of[ARRAYS];
} Views;

static void give_back(Views *views)
{
    while (views->count)
        PyBuffer_Release(&views->of[--views->count]);
}

/* Tell the type of the items of an array that is aligned, the same on every system. */
static char type_of(const Py_buffer *view)
{
    char type = view->format && !view->format[1] ? view->format[0] : '?';
    return type != 'l' ? type : view->itemsize == 8 ? 'q' : 'i';
}

/* Borrow the memory of arrays of `types`; a `w` stands behind those that are written to. */
static int borrow(PyObject *arguments, Views *views, const char *types)
{
    views->count = 0;
    for (const char *type = types; *type; type += 1 + (type[1] == 'w')) {
        Py_buffer *view = &views->of[views->count];
        PyObject *array = PyTuple_GetItem(arguments, views->count);
        int flags = PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | (type[1] == 'w' ? PyBUF_WRITABLE : 0);
        if (!array || PyObject_GetBuffer(array, view, flags) < 0) {
            give_back(views);
            return 0;
        }
        views->count++;
        if (type_of(view) != *type) {
            give_back(views);
            PyErr_SetString(PyExc_TypeError, "an array of another type is needed");
            return 0;
        }
    }
    return 1;
}

/* Return a number of so many words in two's complement as an int. */
static PyObject *number_of(uint64_t *words, int count)
{
    int negative = words[count - 1] >> 63;
    if (negative)
        for (int k = 0, carry = 1; k < count; k++) {
            words[k] = ~words[k] + (uint64_t)carry;
            carry = carry && !words[k];
        }
    PyObject *found = PyObject_CallMethod((PyObject *)&PyLong_Type, "from_bytes", "y#s",
                                          (char *)words, (Py_ssize_t)(8 * count), "little");
    if (!found || !negative)
        return found;
    PyObject *below = PyNumber_Negative(found);
    Py_DECREF(found);
    return below;
}

static PyObject *power_sums(PyObject *module, PyObject *arguments)
{
    (void)module;
    Views views;
    if (!borrow(arguments, &views, "d"))
        return NULL;
    uint64_t sum[WORDS] = {0}, squares[WORDS] = {0};
    Py_BEGIN_ALLOW_THREADS
    add_powers(views.of[0].buf, views.of[0].len / 8, sum, squares);
    Py_END_ALLOW_THREADS
    give_back(&views);
    return Py_BuildValue("NN", number_of(sum, WORDS), number_of(squares, WORDS));
}

static PyObject *ends(PyObject *module, PyObject *arguments)
{
    (void)module;
    Views views;
    if (!borrow(arguments, &views, "d"))
        return NULL;
    int64_t found[2];
    double low, high;
    Py_BEGIN_ALLOW_THREADS
    find_ends(views.of[0].buf, views.of[0].len / 8, &found[0], &found[1]);
    Py_END_ALLOW_THREADS
    give_back(&views);
    for (int k = 0; k < 2; k++)
        found[k] ^= (int64_t)((uint64_t)(found[k] >> 63) >> 1);
    memcpy(&low, &found[0], sizeof low);
    memcpy(&high, &found[1], sizeof high);
    low += 0.0; /* which makes 0.0 of -0.0 */
    high += 0.0;
    /* not a number, with either sign, is beyond the infinities */
    if (low != low)
        high = low;
    return Py_BuildValue("dd", high != high ? high : low, high);
}

static PyObject *mix_sum(PyObject *module, PyObject *arguments)
{
    (void)module;
    Views views;
    if (!borrow(arguments, &views, "d"))
        return NULL;
    Wide found;
    Py_BEGIN_ALLOW_THREADS
    found = add_mixes(views.of[0].buf, views.of[0].len / 8);
    Py_END_ALLOW_THREADS
    give_back(&views);
    uint64_t words[3] = {(uint64_t)found, (uint64_t)(found >> 64), 0};
    return number_of(words, 3);
}

/* Sort rows by the rank of their code, and columns with them, each followed by where it goes.

`counts` are zeros, and become the rows of each rank; `order` becomes where each row stood. */
static PyObject *sort_rows(PyObject *module, PyObject *arguments)
{
    (void)module;
    Views views;
    char types[2 * ARRAYS] = "iqqwiw";
    for (int k = 4; k + 1 < PyTuple_Size(arguments) && k + 1 < ARRAYS; k += 2)
        strcat(types, "ddw");
    if (!borrow(arguments, &views, types))
        return NULL;
    const int32_t *codes = views.of[0].buf;
    const int64_t *ranks = views.of[1].buf;
    int64_t *counts = views.of[2].buf;
    int32_t *order = views.of[3].buf;
    Py_ssize_t rows = views.of[0].len / 4, classes = views.of[2].len / 8, known = 0;
    Py_BEGIN_ALLOW_THREADS
    for (; known < rows && 0 <= codes[known] && codes[known] < classes; known++)
        counts[ranks[codes[known]]]++;
    rows = known == rows ? rows : 0; /* a code that is none must not write anywhere */
    int64_t end = 0;
    for (Py_ssize_t k = 0; k < classes; k++) {
        end += counts[k];
        counts[k] = end - counts[k];
    }
    for (Py_ssize_t i = 0; i < rows; i++) {
        int64_t place = counts[ranks[codes[i]]]++;
        order[place] = (int32_t)i;
        for (int k = 4; k < views.count; k += 2)
            ((double *)views.of[k + 1].buf)[place] = ((const double *)views.of[k].buf)[i];
    }
    for (Py_ssize_t k = classes - 1; k > 0; k--)
        counts[k] -= counts[k - 1];
    Py_END_ALLOW_THREADS
    Py_ssize_t all = views.of[0].len / 4;
    give_back(&views);
    if (known == all)
        Py_RETURN_NONE;
    PyErr_SetString(PyExc_IndexError, "a code is not one of the classes");
    return NULL;
}

/* Count doubles in the bins of their octaves: `rows` tells where in `table` each octave stands.

Octaves get their row when the first double of them comes; returns how many doubles were counted
before there was no row left. */
static PyObject *count_octaves(PyObject *module, PyObject *arguments)
{
    (void)module;
    Views views;
    if (!borrow(arguments, &views, "dhwiw"))
        return NULL;
    const double *values = views.of[0].buf;
    int16_t *rows = views.of[1].buf;
    int32_t *table = views.of[2].buf;
    Py_ssize_t count = views.of[0].len / 8, done = 0;
    int room = (int)(views.of[2].len / 4 / BINS), taken = 0;
    for (int octave = 0; octave < OCTAVES; octave++)
        taken += rows[octave] >= 0;
    Py_BEGIN_ALLOW_THREADS
    for (; done < count; done++) {
        uint64_t bits = bits_of(values[done] + 0.0), octave = bits >> FRACTION;
        if (rows[octave] < 0) {
            if (taken == room)
                break;
            rows[octave] = (int16_t)taken++;
        }
        table[rows[octave] * BINS + (bits >> (FRACTION - BITS)) % BINS]++;
    }
    Py_END_ALLOW_THREADS
    give_back(&views);
    return PyLong_FromSsize_t(done);
}

static PyObject *cube_units(PyObject *module, PyObject *arguments)
{
    (void)module;
    PyObject *array;
    double upper, lower;
    Views views;
    if (!PyArg_ParseTuple(arguments, "Odd", &array, &upper, &lower) ||
        !borrow(arguments, &views, "d"))
        return NULL;
    uint64_t units[2];
    Py_BEGIN_ALLOW_THREADS
    add_cubes(views.of[0].buf, views.of[0].len / 8, upper, lower, units);
    Py_END_ALLOW_THREADS
    give_back(&views);
    return Py_BuildValue("LL", (long long)units[0], (long long)units[1]);
}

static PyMethodDef functions[] = {
    {"ends", ends, METH_VARARGS, NULL},
    {"mix_sum", mix_sum, METH_VARARGS, NULL},
    {"sort_rows", sort_rows, METH_VARARGS, NULL},
    {"power_sums", power_sums, METH_VARARGS, NULL},
    {"cube_units", cube_units, METH_VARARGS, NULL},
    {"count_octaves", count_octaves, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "native", NULL, 0, functions, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_native(void)
{
    return PyModuleDef_Init(&definition);
}
