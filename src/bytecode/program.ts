/**
 * The program that compiles, for python 3.7 and newer. It reads from standard input, again and again: two lengths (four
 * bytes each, little-endian), the path that the code is to have, the source. It answers each on standard output: a length
 * and the bytes of the .pyc; length 0 when there can be none.
 *
 * A .pyc is an unchecked hash-based one (PEP 552). Its code is marshalled in version 2, which is a function of the code alone: newer
 * versions mark what has more than one reference, which varies with the interpreter's state. `withReferences` does what they are for
 * afterwards.
 *
 * Two kinds of constants are written here, since marshal writes the first in an order of its own (before python 3.11) and the second not
 * at all in version 2 (slices, constants since python 3.14). They stand in the code as marked bytes while that is marshalled.
 *
 * What comes of that is read back and compared: where it is not the code that it was made of, as could be with a python that is not
 * known yet, there is no bytecode.
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

def has_unsorted(constants):
    for constant in constants:
        kind = type(constant)
        if kind is frozenset or kind is slice:
            return True
        if kind is CodeType and has_unsorted(constant.co_consts) or kind is tuple and has_unsorted(constant):
            return True
    return False

def dumped(code):
    if not has_unsorted(code.co_consts):
        return marshal.dumps(code, 2)
    taken_out = []
    data = marshal.dumps(stand_in(code, taken_out), 2)
    for number, constant in enumerate(taken_out):
        mark = marshal.dumps(marked(number), 2)
        if data.count(mark) != 1:
            raise ValueError(mark)
        data = data.replace(mark, constant)
    if marshal.loads(data) != code:
        raise ValueError("not what it was")
    return data

def compiled(path, source):
    try:
        code = compile(source, path, "exec", 0, True, 0)
        return MAGIC_NUMBER + le4(1) + _imp.source_hash(raw_magic, source) + dumped(code)
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
