/**
 * The program that compiles, for python 3.7 and newer. It reads from standard input, again and again: two lengths (four
 * bytes each, little-endian), the path that the code is to have, the source. It answers each on standard output: a length
 * and the bytes of the .pyc; length 0 when there can be none.
 *
 * A .pyc is an unchecked hash-based one (PEP 552). Its code is marshalled in version 2, which is a function of the code alone: newer
 * versions mark what has more than one reference, which varies with the interpreter's state. Then `shared` does what the newer ones are for:
 * a string that stands there several times is written once and referred to, and short ones take less room. That goes by what is
 * written, so it varies with nothing, and importing is as fast as from python's own (a quarter of unmarshalling would be lost).
 *
 * Two kinds of constants are written here, since marshal writes the first in an order of its own (before python 3.11) and the second not
 * at all in version 2 (slices, constants since python 3.14). They stand in the code as marked bytes while that is marshalled.
 *
 * What comes of either is read back and compared: where it is not the code that it was made of, as could be with a python that is not
 * known yet, the plain form is taken, or there is no bytecode.
 */
export const program = `
import _imp, marshal, sys
from _frozen_importlib_external import MAGIC_NUMBER

CodeType = type(compile("", "", "exec"))
raw_magic = int.from_bytes(MAGIC_NUMBER, "little")

def le4(number):
    return number.to_bytes(4, "little")

def marked(number):
    return b"\\xff\\x00stands for constant " + le4(number) + b"\\x00\\xff"

def written(constant):
    if type(constant) is tuple:
        return b"(" + le4(len(constant)) + b"".join(map(written, constant))
    if type(constant) is frozenset:
        return b">" + le4(len(constant)) + b"".join(sorted(map(written, constant)))
    if type(constant) is slice:
        return b":" + b"".join(map(written, (constant.start, constant.stop, constant.step)))
    return marshal.dumps(constant, 2)

def stand_in(constant, taken_out):
    if type(constant) is CodeType:
        constants = stand_in(constant.co_consts, taken_out)
        return constant if constants is constant.co_consts else constant.replace(co_consts=constants)
    if type(constant) is tuple:
        others = tuple([stand_in(item, taken_out) for item in constant])
        return constant if all(map(lambda a, b: a is b, constant, others)) else others
    if type(constant) is frozenset or type(constant) is slice:
        taken_out.append(written(constant))
        return marked(len(taken_out) - 1)
    return constant

def dumped(code):
    taken_out = []
    data = marshal.dumps(stand_in(code, taken_out), 2)
    if not taken_out:
        return data
    for number, constant in enumerate(taken_out):
        mark = marshal.dumps(marked(number), 2)
        if data.count(mark) != 1:
            raise ValueError(mark)
        data = data.replace(mark, constant)
    if marshal.loads(data) != code:
        raise ValueError("not what it was")
    return data

# The bytes of a code object's numbers, and how many objects stand behind its line number.
numbers = 24 if (3, 8) <= sys.version_info < (3, 11) else 20
behind = 2 if sys.version_info >= (3, 11) else 1
# The bytes of objects of one size: None, False, True, Ellipsis, an int of 32 bits, a float, a complex.
sizes = {ord(kind): size for kind, size in zip("NFT.igy", (1, 1, 1, 1, 5, 9, 17))}
name_characters = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")

def shared(data):
    pieces = []
    strings = []  # their places in pieces
    end = 0

    def copy(count):
        nonlocal end
        for _ in range(count):
            start = end
            kind = data[start]
            if kind == 117 or kind == 115:  # u: str, s: bytes
                end = start + 5 + int.from_bytes(data[start + 1 : start + 5], "little")
                strings.append(len(pieces))
                pieces.append(data[start:end])
            elif kind in sizes:
                end = start + sizes[kind]
                pieces.append(data[start:end])
            elif kind == 40 or kind == 62:  # (: tuple, >: frozenset
                end = start + 5
                length = int.from_bytes(data[start + 1 : end], "little")
                is_small = kind == 40 and length < 256
                pieces.append(bytes((41, length)) if is_small else data[start:end])
                copy(length)
            elif kind == 99:  # c: code
                end = start + 1 + numbers
                pieces.append(data[start:end])
                copy(8)
                pieces.append(data[end : end + 4])
                end += 4
                copy(behind)
            elif kind == 108:  # l: int
                digits = int.from_bytes(data[start + 1 : start + 5], "little", signed=True)
                end = start + 5 + 2 * abs(digits)
                pieces.append(data[start:end])
            elif kind == 58:  # ':': slice
                end = start + 1
                pieces.append(data[start:end])
                copy(3)
            else:
                raise ValueError(kind)

    copy(1)
    count = {}
    for place in strings:
        string = pieces[place]
        count[string] = count.get(string, 0) + 1
    references = {}
    for place in strings:
        string = pieces[place]
        if string in references:
            pieces[place] = references[string]
            continue
        flag = 0
        if count[string] > 1:
            flag = 128
            references[string] = b"r" + le4(len(references))
        pieces[place] = shortened(string, flag)
    return b"".join(pieces)

def shortened(string, flag):
    kind = string[0]
    text = string[5:]
    if kind == 117 and text.isascii():
        # As the compiler has it: what could be a name is interned.
        is_name = name_characters.issuperset(text)
        if len(text) < 256:
            return bytes(((90 if is_name else 122) | flag, len(text))) + text
        kind = 65 if is_name else 97
    return bytes((kind | flag,)) + string[1:]

def smaller(data, code):
    try:
        result = shared(data)
        return result if marshal.loads(result) == code else data
    except Exception:
        return data

def compiled(path, source):
    try:
        code = compile(source, path, "exec", 0, True, 0)
        return MAGIC_NUMBER + le4(1) + _imp.source_hash(raw_magic, source) + smaller(dumped(code), code)
    except Exception:
        return b""

def main(read, write, flush):
    while True:
        lengths = read(8)
        if len(lengths) < 8:
            return
        path = read(int.from_bytes(lengths[:4], "little")).decode("utf-8", "surrogatepass")
        source = read(int.from_bytes(lengths[4:], "little"))
        pyc = compiled(path, source)
        write(le4(len(pyc)))
        write(pyc)
        flush()

main(sys.stdin.buffer.read, sys.stdout.buffer.write, sys.stdout.buffer.flush)
`
