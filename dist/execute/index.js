import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 57:
/***/ ((module) => {

function isBuffer(value) {
  return Buffer.isBuffer(value) || value instanceof Uint8Array
}

function isEncoding(encoding) {
  return Buffer.isEncoding(encoding)
}

function alloc(size, fill, encoding) {
  return Buffer.alloc(size, fill, encoding)
}

function allocUnsafe(size) {
  return Buffer.allocUnsafe(size)
}

function allocUnsafeSlow(size) {
  return Buffer.allocUnsafeSlow(size)
}

function byteLength(string, encoding) {
  return Buffer.byteLength(string, encoding)
}

function compare(a, b) {
  return Buffer.compare(a, b)
}

function concat(buffers, totalLength) {
  return Buffer.concat(buffers, totalLength)
}

function copy(source, target, targetStart, start, end) {
  return toBuffer(source).copy(target, targetStart, start, end)
}

function equals(a, b) {
  return toBuffer(a).equals(b)
}

function fill(buffer, value, offset, end, encoding) {
  return toBuffer(buffer).fill(value, offset, end, encoding)
}

function from(value, encodingOrOffset, length) {
  return Buffer.from(value, encodingOrOffset, length)
}

function includes(buffer, value, byteOffset, encoding) {
  return toBuffer(buffer).includes(value, byteOffset, encoding)
}

function indexOf(buffer, value, byfeOffset, encoding) {
  return toBuffer(buffer).indexOf(value, byfeOffset, encoding)
}

function lastIndexOf(buffer, value, byteOffset, encoding) {
  return toBuffer(buffer).lastIndexOf(value, byteOffset, encoding)
}

function swap16(buffer) {
  return toBuffer(buffer).swap16()
}

function swap32(buffer) {
  return toBuffer(buffer).swap32()
}

function swap64(buffer) {
  return toBuffer(buffer).swap64()
}

function toBuffer(buffer) {
  if (Buffer.isBuffer(buffer)) return buffer
  return Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

function toString(buffer, encoding, start, end) {
  return toBuffer(buffer).toString(encoding, start, end)
}

function toHex(buffer, start, end) {
  return toBuffer(buffer).toString('hex', start, end)
}

function write(buffer, string, offset, length, encoding) {
  return toBuffer(buffer).write(string, offset, length, encoding)
}

function readDoubleBE(buffer, offset) {
  return toBuffer(buffer).readDoubleBE(offset)
}

function readDoubleLE(buffer, offset) {
  return toBuffer(buffer).readDoubleLE(offset)
}

function readFloatBE(buffer, offset) {
  return toBuffer(buffer).readFloatBE(offset)
}

function readFloatLE(buffer, offset) {
  return toBuffer(buffer).readFloatLE(offset)
}

function readInt32BE(buffer, offset) {
  return toBuffer(buffer).readInt32BE(offset)
}

function readInt32LE(buffer, offset) {
  return toBuffer(buffer).readInt32LE(offset)
}

function readUInt32BE(buffer, offset) {
  return toBuffer(buffer).readUInt32BE(offset)
}

function readUInt32LE(buffer, offset) {
  return toBuffer(buffer).readUInt32LE(offset)
}

function writeDoubleBE(buffer, value, offset) {
  return toBuffer(buffer).writeDoubleBE(value, offset)
}

function writeDoubleLE(buffer, value, offset) {
  return toBuffer(buffer).writeDoubleLE(value, offset)
}

function writeFloatBE(buffer, value, offset) {
  return toBuffer(buffer).writeFloatBE(value, offset)
}

function writeFloatLE(buffer, value, offset) {
  return toBuffer(buffer).writeFloatLE(value, offset)
}

function writeInt32BE(buffer, value, offset) {
  return toBuffer(buffer).writeInt32BE(value, offset)
}

function writeInt32LE(buffer, value, offset) {
  return toBuffer(buffer).writeInt32LE(value, offset)
}

function writeUInt32BE(buffer, value, offset) {
  return toBuffer(buffer).writeUInt32BE(value, offset)
}

function writeUInt32LE(buffer, value, offset) {
  return toBuffer(buffer).writeUInt32LE(value, offset)
}

module.exports = {
  isBuffer,
  isEncoding,
  alloc,
  allocUnsafe,
  allocUnsafeSlow,
  byteLength,
  compare,
  concat,
  copy,
  equals,
  fill,
  from,
  includes,
  indexOf,
  lastIndexOf,
  swap16,
  swap32,
  swap64,
  toBuffer,
  toString,
  toHex,
  write,
  readDoubleBE,
  readDoubleLE,
  readFloatBE,
  readFloatLE,
  readInt32BE,
  readInt32LE,
  readUInt32BE,
  readUInt32LE,
  writeDoubleBE,
  writeDoubleLE,
  writeFloatBE,
  writeFloatLE,
  writeInt32BE,
  writeInt32LE,
  writeUInt32BE,
  writeUInt32LE
}


/***/ }),

/***/ 580:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

module.exports = __nccwpck_require__(434)


/***/ }),

/***/ 587:
/***/ ((module) => {

module.exports = class FixedFIFO {
  constructor (hwm) {
    if (!(hwm > 0) || ((hwm - 1) & hwm) !== 0) throw new Error('Max size for a FixedFIFO should be a power of two')
    this.buffer = new Array(hwm)
    this.mask = hwm - 1
    this.top = 0
    this.btm = 0
    this.next = null
  }

  clear () {
    this.top = this.btm = 0
    this.next = null
    this.buffer.fill(undefined)
  }

  push (data) {
    if (this.buffer[this.top] !== undefined) return false
    this.buffer[this.top] = data
    this.top = (this.top + 1) & this.mask
    return true
  }

  shift () {
    const last = this.buffer[this.btm]
    if (last === undefined) return undefined
    this.buffer[this.btm] = undefined
    this.btm = (this.btm + 1) & this.mask
    return last
  }

  peek () {
    return this.buffer[this.btm]
  }

  isEmpty () {
    return this.buffer[this.btm] === undefined
  }
}


/***/ }),

/***/ 867:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

const FixedFIFO = __nccwpck_require__(587)

module.exports = class FastFIFO {
  constructor (hwm) {
    this.hwm = hwm || 16
    this.head = new FixedFIFO(this.hwm)
    this.tail = this.head
    this.length = 0
  }

  clear () {
    this.head = this.tail
    this.head.clear()
    this.length = 0
  }

  push (val) {
    this.length++
    if (!this.head.push(val)) {
      const prev = this.head
      this.head = prev.next = new FixedFIFO(2 * this.head.buffer.length)
      this.head.push(val)
    }
  }

  shift () {
    if (this.length !== 0) this.length--
    const val = this.tail.shift()
    if (val === undefined && this.tail.next) {
      const next = this.tail.next
      this.tail.next = null
      this.tail = next
      return this.tail.shift()
    }

    return val
  }

  peek () {
    const val = this.tail.peek()
    if (val === undefined && this.tail.next) return this.tail.next.peek()
    return val
  }

  isEmpty () {
    return this.length === 0
  }
}


/***/ }),

/***/ 204:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

const { EventEmitter } = __nccwpck_require__(580)
const FIFO = __nccwpck_require__(867)
const TextDecoder = __nccwpck_require__(934)

const StreamError = __nccwpck_require__(657)

// if we do a future major, expect queue microtask to be there always, for now a bit defensive
const qmt =
  typeof queueMicrotask === 'undefined' ? (fn) => global.process.nextTick(fn) : queueMicrotask

// 29 bits used total (4 from shared, 14 from read, and 11 from write)
const MAX = (1 << 29) - 1

// Shared state
const OPENING = 0b0001
const PREDESTROYING = 0b0010
const DESTROYING = 0b0100
const DESTROYED = 0b1000

const NOT_OPENING = MAX ^ OPENING
const NOT_PREDESTROYING = MAX ^ PREDESTROYING

// Read state (4 bit offset from shared state)
const READ_ACTIVE = 0b00000000000001 << 4
const READ_UPDATING = 0b00000000000010 << 4
const READ_PRIMARY = 0b00000000000100 << 4
const READ_QUEUED = 0b00000000001000 << 4
const READ_RESUMED = 0b00000000010000 << 4
const READ_PIPE_DRAINED = 0b00000000100000 << 4
const READ_ENDING = 0b00000001000000 << 4
const READ_EMIT_DATA = 0b00000010000000 << 4
const READ_EMIT_READABLE = 0b00000100000000 << 4
const READ_EMITTED_READABLE = 0b00001000000000 << 4
const READ_DONE = 0b00010000000000 << 4
const READ_NEXT_TICK = 0b00100000000000 << 4
const READ_NEEDS_PUSH = 0b01000000000000 << 4
const READ_READ_AHEAD = 0b10000000000000 << 4

// Combined read state
const READ_FLOWING = READ_RESUMED | READ_PIPE_DRAINED
const READ_ACTIVE_AND_NEEDS_PUSH = READ_ACTIVE | READ_NEEDS_PUSH
const READ_PRIMARY_AND_ACTIVE = READ_PRIMARY | READ_ACTIVE
const READ_EMIT_READABLE_AND_QUEUED = READ_EMIT_READABLE | READ_QUEUED
const READ_RESUMED_READ_AHEAD = READ_RESUMED | READ_READ_AHEAD

const READ_NOT_ACTIVE = MAX ^ READ_ACTIVE
const READ_NON_PRIMARY = MAX ^ READ_PRIMARY
const READ_NON_PRIMARY_AND_PUSHED = MAX ^ (READ_PRIMARY | READ_NEEDS_PUSH)
const READ_PUSHED = MAX ^ READ_NEEDS_PUSH
const READ_PAUSED = MAX ^ READ_RESUMED
const READ_NOT_QUEUED = MAX ^ (READ_QUEUED | READ_EMITTED_READABLE)
const READ_NOT_ENDING = MAX ^ READ_ENDING
const READ_PIPE_NOT_DRAINED = MAX ^ READ_FLOWING
const READ_NOT_NEXT_TICK = MAX ^ READ_NEXT_TICK
const READ_NOT_UPDATING = MAX ^ READ_UPDATING
const READ_NO_READ_AHEAD = MAX ^ READ_READ_AHEAD
const READ_PAUSED_NO_READ_AHEAD = MAX ^ READ_RESUMED_READ_AHEAD

// Write state (18 bit offset, 4 bit offset from shared state and 14 from read state)
const WRITE_ACTIVE = 0b00000000001 << 18
const WRITE_UPDATING = 0b00000000010 << 18
const WRITE_PRIMARY = 0b00000000100 << 18
const WRITE_QUEUED = 0b00000001000 << 18
const WRITE_UNDRAINED = 0b00000010000 << 18
const WRITE_DONE = 0b00000100000 << 18
const WRITE_EMIT_DRAIN = 0b00001000000 << 18
const WRITE_NEXT_TICK = 0b00010000000 << 18
const WRITE_WRITING = 0b00100000000 << 18
const WRITE_FINISHING = 0b01000000000 << 18
const WRITE_CORKED = 0b10000000000 << 18

const WRITE_NOT_ACTIVE = MAX ^ (WRITE_ACTIVE | WRITE_WRITING)
const WRITE_NON_PRIMARY = MAX ^ WRITE_PRIMARY
const WRITE_NOT_FINISHING = MAX ^ (WRITE_ACTIVE | WRITE_FINISHING)
const WRITE_DRAINED = MAX ^ WRITE_UNDRAINED
const WRITE_NOT_QUEUED = MAX ^ WRITE_QUEUED
const WRITE_NOT_NEXT_TICK = MAX ^ WRITE_NEXT_TICK
const WRITE_NOT_UPDATING = MAX ^ WRITE_UPDATING
const WRITE_NOT_CORKED = MAX ^ WRITE_CORKED

// Combined shared state
const ACTIVE = READ_ACTIVE | WRITE_ACTIVE
const NOT_ACTIVE = MAX ^ ACTIVE
const DONE = READ_DONE | WRITE_DONE
const DESTROY_STATUS = DESTROYING | DESTROYED | PREDESTROYING
const OPEN_STATUS = DESTROY_STATUS | OPENING
const AUTO_DESTROY = DESTROY_STATUS | DONE
const NON_PRIMARY = WRITE_NON_PRIMARY & READ_NON_PRIMARY
const ACTIVE_OR_TICKING = WRITE_NEXT_TICK | READ_NEXT_TICK
const TICKING = ACTIVE_OR_TICKING & NOT_ACTIVE
const IS_OPENING = OPEN_STATUS | TICKING

// Combined shared state and read state
const READ_PRIMARY_STATUS = OPEN_STATUS | READ_ENDING | READ_DONE
const READ_STATUS = OPEN_STATUS | READ_DONE | READ_QUEUED
const READ_ENDING_STATUS = OPEN_STATUS | READ_ENDING | READ_QUEUED
const READ_READABLE_STATUS = OPEN_STATUS | READ_EMIT_READABLE | READ_QUEUED | READ_EMITTED_READABLE
const SHOULD_NOT_READ =
  OPEN_STATUS | READ_ACTIVE | READ_ENDING | READ_DONE | READ_NEEDS_PUSH | READ_READ_AHEAD
const READ_BACKPRESSURE_STATUS = DESTROY_STATUS | READ_ENDING | READ_DONE
const READ_UPDATE_SYNC_STATUS = READ_UPDATING | OPEN_STATUS | READ_NEXT_TICK | READ_PRIMARY
const READ_NEXT_TICK_OR_OPENING = READ_NEXT_TICK | OPENING

// Combined write state
const WRITE_PRIMARY_STATUS = OPEN_STATUS | WRITE_FINISHING | WRITE_DONE
const WRITE_QUEUED_AND_UNDRAINED = WRITE_QUEUED | WRITE_UNDRAINED
const WRITE_QUEUED_AND_ACTIVE = WRITE_QUEUED | WRITE_ACTIVE
const WRITE_DRAIN_STATUS = WRITE_QUEUED | WRITE_UNDRAINED | OPEN_STATUS | WRITE_ACTIVE
const WRITE_STATUS = OPEN_STATUS | WRITE_ACTIVE | WRITE_QUEUED | WRITE_CORKED
const WRITE_PRIMARY_AND_ACTIVE = WRITE_PRIMARY | WRITE_ACTIVE
const WRITE_ACTIVE_AND_WRITING = WRITE_ACTIVE | WRITE_WRITING
const WRITE_FINISHING_STATUS = OPEN_STATUS | WRITE_FINISHING | WRITE_QUEUED_AND_ACTIVE | WRITE_DONE
const WRITE_BACKPRESSURE_STATUS = WRITE_UNDRAINED | DESTROY_STATUS | WRITE_FINISHING | WRITE_DONE
const WRITE_UPDATE_SYNC_STATUS = WRITE_UPDATING | OPEN_STATUS | WRITE_NEXT_TICK | WRITE_PRIMARY
const WRITE_DROP_DATA = WRITE_FINISHING | WRITE_DONE | DESTROY_STATUS

const asyncIterator = Symbol.asyncIterator || Symbol('asyncIterator')

class WritableState {
  constructor(
    stream,
    { highWaterMark = 16384, map = null, mapWritable, byteLength, byteLengthWritable } = {}
  ) {
    this.stream = stream
    this.queue = new FIFO()
    this.highWaterMark = highWaterMark
    this.buffered = 0
    this.error = null
    this.pipeline = null
    this.drains = null // if we add more seldomly used helpers we might them into a subobject so its a single ptr
    this.byteLength = byteLengthWritable || byteLength || defaultByteLength
    this.map = mapWritable || map
    this.afterWrite = afterWrite.bind(this)
    this.afterUpdateNextTick = updateWriteNT.bind(this)
  }

  get ending() {
    return (this.stream._duplexState & WRITE_FINISHING) !== 0
  }

  get ended() {
    return (this.stream._duplexState & WRITE_DONE) !== 0
  }

  push(data) {
    if ((this.stream._duplexState & WRITE_DROP_DATA) !== 0) return false
    if (this.map !== null) data = this.map(data)

    this.buffered += this.byteLength(data)
    this.queue.push(data)

    if (this.buffered < this.highWaterMark) {
      this.stream._duplexState |= WRITE_QUEUED
      return true
    }

    this.stream._duplexState |= WRITE_QUEUED_AND_UNDRAINED
    return false
  }

  shift() {
    const data = this.queue.shift()

    this.buffered -= this.byteLength(data)
    if (this.buffered === 0) this.stream._duplexState &= WRITE_NOT_QUEUED

    return data
  }

  end(data) {
    if (typeof data === 'function') {
      this.stream.once('finish', data)
    } else if (data !== undefined && data !== null) {
      this.push(data)
    }

    this.stream._duplexState = (this.stream._duplexState | WRITE_FINISHING) & WRITE_NON_PRIMARY
  }

  autoBatch(data, cb) {
    const buffer = []
    const stream = this.stream

    buffer.push(data)
    while ((stream._duplexState & WRITE_STATUS) === WRITE_QUEUED_AND_ACTIVE) {
      buffer.push(stream._writableState.shift())
    }

    if ((stream._duplexState & OPEN_STATUS) !== 0) return cb(null)
    stream._writev(buffer, cb)
  }

  update() {
    const stream = this.stream

    stream._duplexState |= WRITE_UPDATING

    do {
      while ((stream._duplexState & WRITE_STATUS) === WRITE_QUEUED) {
        const data = this.shift()
        stream._duplexState |= WRITE_ACTIVE_AND_WRITING
        stream._write(data, this.afterWrite)
      }

      if ((stream._duplexState & WRITE_PRIMARY_AND_ACTIVE) === 0) this.updateNonPrimary()
    } while (this.continueUpdate() === true)

    stream._duplexState &= WRITE_NOT_UPDATING
  }

  updateNonPrimary() {
    const stream = this.stream

    if ((stream._duplexState & WRITE_FINISHING_STATUS) === WRITE_FINISHING) {
      stream._duplexState = stream._duplexState | WRITE_ACTIVE
      stream._final(afterFinal.bind(this))
      return
    }

    if ((stream._duplexState & DESTROY_STATUS) === DESTROYING) {
      if ((stream._duplexState & ACTIVE_OR_TICKING) === 0) {
        stream._duplexState |= ACTIVE
        stream._destroy(afterDestroy.bind(this))
      }
      return
    }

    if ((stream._duplexState & IS_OPENING) === OPENING) {
      stream._duplexState = (stream._duplexState | ACTIVE) & NOT_OPENING
      stream._open(afterOpen.bind(this))
    }
  }

  continueUpdate() {
    if ((this.stream._duplexState & WRITE_NEXT_TICK) === 0) return false
    this.stream._duplexState &= WRITE_NOT_NEXT_TICK
    return true
  }

  updateCallback() {
    if ((this.stream._duplexState & WRITE_UPDATE_SYNC_STATUS) === WRITE_PRIMARY) {
      this.update()
    } else {
      this.updateNextTick()
    }
  }

  updateNextTick() {
    if ((this.stream._duplexState & WRITE_NEXT_TICK) !== 0) return
    this.stream._duplexState |= WRITE_NEXT_TICK
    if ((this.stream._duplexState & WRITE_UPDATING) === 0) qmt(this.afterUpdateNextTick)
  }
}

class ReadableState {
  constructor(
    stream,
    { highWaterMark = 16384, map = null, mapReadable, byteLength, byteLengthReadable } = {}
  ) {
    this.stream = stream
    this.queue = new FIFO()
    this.highWaterMark = highWaterMark === 0 ? 1 : highWaterMark
    this.buffered = 0
    this.readAhead = highWaterMark > 0
    this.error = null
    this.pipeline = null
    this.byteLength = byteLengthReadable || byteLength || defaultByteLength
    this.map = mapReadable || map
    this.pipeTo = null
    this.afterRead = afterRead.bind(this)
    this.afterUpdateNextTick = updateReadNT.bind(this)
  }

  get ending() {
    return (this.stream._duplexState & READ_ENDING) !== 0
  }

  get ended() {
    return (this.stream._duplexState & READ_DONE) !== 0
  }

  pipe(pipeTo, cb) {
    if (this.pipeTo !== null) throw StreamError.BAD_ARGUMENT('Can only pipe to one destination')
    if (typeof cb !== 'function') cb = null

    this.stream._duplexState |= READ_PIPE_DRAINED
    this.pipeTo = pipeTo
    this.pipeline = new Pipeline(this.stream, pipeTo, cb)

    if (cb) this.stream.on('error', noop) // We already error handle this so supress crashes

    if (isStreamx(pipeTo)) {
      pipeTo._writableState.pipeline = this.pipeline
      if (cb) pipeTo.on('error', noop) // We already error handle this so supress crashes
      pipeTo.on('finish', this.pipeline.finished.bind(this.pipeline)) // TODO: just call finished from pipeTo itself
    } else {
      const onerror = this.pipeline.done.bind(this.pipeline, pipeTo)
      const onclose = this.pipeline.done.bind(this.pipeline, pipeTo, null) // onclose has a weird bool arg
      pipeTo.on('error', onerror)
      pipeTo.on('close', onclose)
      pipeTo.on('finish', this.pipeline.finished.bind(this.pipeline))
    }

    pipeTo.on('drain', afterDrain.bind(this))
    this.stream.emit('piping', pipeTo)
    pipeTo.emit('pipe', this.stream)
  }

  push(data) {
    const stream = this.stream

    if (data === null) {
      this.highWaterMark = 0
      stream._duplexState = (stream._duplexState | READ_ENDING) & READ_NON_PRIMARY_AND_PUSHED
      return false
    }

    if (this.map !== null) {
      data = this.map(data)
      if (data === null) {
        stream._duplexState &= READ_PUSHED
        return this.buffered < this.highWaterMark
      }
    }

    this.buffered += this.byteLength(data)
    this.queue.push(data)

    stream._duplexState = (stream._duplexState | READ_QUEUED) & READ_PUSHED

    return this.buffered < this.highWaterMark
  }

  shift() {
    const data = this.queue.shift()

    this.buffered -= this.byteLength(data)
    if (this.buffered === 0) {
      this.stream._duplexState &= READ_NOT_QUEUED
    }

    return data
  }

  unshift(data) {
    const pending = [this.map !== null ? this.map(data) : data]
    while (this.buffered > 0) pending.push(this.shift())

    for (let i = 0; i < pending.length - 1; i++) {
      const data = pending[i]
      this.buffered += this.byteLength(data)
      this.queue.push(data)
    }

    this.push(pending[pending.length - 1])
  }

  read() {
    const stream = this.stream

    if ((stream._duplexState & READ_STATUS) === READ_QUEUED) {
      const data = this.shift()

      if (this.pipeTo !== null && this.pipeTo.write(data) === false) {
        stream._duplexState &= READ_PIPE_NOT_DRAINED
      }

      if ((stream._duplexState & READ_EMIT_DATA) !== 0) {
        stream.emit('data', data)
      }

      return data
    }

    if (this.readAhead === false) {
      stream._duplexState |= READ_READ_AHEAD
      this.updateNextTick()
    }

    return null
  }

  drain() {
    const stream = this.stream

    while (
      (stream._duplexState & READ_STATUS) === READ_QUEUED &&
      (stream._duplexState & READ_FLOWING) !== 0
    ) {
      const data = this.shift()

      if (this.pipeTo !== null && this.pipeTo.write(data) === false) {
        stream._duplexState &= READ_PIPE_NOT_DRAINED
      }

      if ((stream._duplexState & READ_EMIT_DATA) !== 0) {
        stream.emit('data', data)
      }
    }
  }

  update() {
    const stream = this.stream

    stream._duplexState |= READ_UPDATING

    do {
      this.drain()

      while (
        this.buffered < this.highWaterMark &&
        (stream._duplexState & SHOULD_NOT_READ) === READ_READ_AHEAD
      ) {
        stream._duplexState |= READ_ACTIVE_AND_NEEDS_PUSH
        stream._read(this.afterRead)
        this.drain()
      }

      if ((stream._duplexState & READ_READABLE_STATUS) === READ_EMIT_READABLE_AND_QUEUED) {
        stream._duplexState |= READ_EMITTED_READABLE
        stream.emit('readable')
      }

      if ((stream._duplexState & READ_PRIMARY_AND_ACTIVE) === 0) {
        this.updateNonPrimary()
      }
    } while (this.continueUpdate() === true)

    stream._duplexState &= READ_NOT_UPDATING
  }

  updateNonPrimary() {
    const stream = this.stream

    if ((stream._duplexState & READ_ENDING_STATUS) === READ_ENDING) {
      stream._duplexState = (stream._duplexState | READ_DONE) & READ_NOT_ENDING
      stream.emit('end')

      if ((stream._duplexState & AUTO_DESTROY) === DONE) {
        stream._duplexState |= DESTROYING
      }

      if (this.pipeTo !== null) {
        this.pipeTo.end()
      }
    }

    if ((stream._duplexState & DESTROY_STATUS) === DESTROYING) {
      if ((stream._duplexState & ACTIVE_OR_TICKING) === 0) {
        stream._duplexState |= ACTIVE
        stream._destroy(afterDestroy.bind(this))
      }
      return
    }

    if ((stream._duplexState & IS_OPENING) === OPENING) {
      stream._duplexState = (stream._duplexState | ACTIVE) & NOT_OPENING
      stream._open(afterOpen.bind(this))
    }
  }

  continueUpdate() {
    if ((this.stream._duplexState & READ_NEXT_TICK) === 0) return false
    this.stream._duplexState &= READ_NOT_NEXT_TICK
    return true
  }

  updateCallback() {
    if ((this.stream._duplexState & READ_UPDATE_SYNC_STATUS) === READ_PRIMARY) {
      this.update()
    } else {
      this.updateNextTick()
    }
  }

  updateNextTickIfOpen() {
    if ((this.stream._duplexState & READ_NEXT_TICK_OR_OPENING) !== 0) return
    this.stream._duplexState |= READ_NEXT_TICK
    if ((this.stream._duplexState & READ_UPDATING) === 0) qmt(this.afterUpdateNextTick)
  }

  updateNextTick() {
    if ((this.stream._duplexState & READ_NEXT_TICK) !== 0) return
    this.stream._duplexState |= READ_NEXT_TICK
    if ((this.stream._duplexState & READ_UPDATING) === 0) qmt(this.afterUpdateNextTick)
  }
}

class TransformState {
  constructor(stream) {
    this.data = null
    this.afterTransform = afterTransform.bind(stream)
    this.afterFinal = null
  }
}

class Pipeline {
  constructor(src, dst, cb) {
    this.from = src
    this.to = dst
    this.afterPipe = cb
    this.error = null
    this.pipeToFinished = false
  }

  finished() {
    this.pipeToFinished = true
  }

  done(stream, err) {
    if (err) this.error = err

    if (stream === this.to) {
      this.to = null

      if (this.from !== null) {
        if ((this.from._duplexState & READ_DONE) === 0 || !this.pipeToFinished) {
          this.from.destroy(this.error || StreamError.PREMATURE_CLOSE('Writable stream closed'))
        }
        return
      }
    }

    if (stream === this.from) {
      this.from = null

      if (this.to !== null) {
        if ((stream._duplexState & READ_DONE) === 0) {
          this.to.destroy(this.error || StreamError.PREMATURE_CLOSE('Readable stream closed'))
        }
        return
      }
    }

    if (this.afterPipe !== null) this.afterPipe(this.error)
    this.to = this.from = this.afterPipe = null
  }
}

function afterDrain() {
  this.stream._duplexState |= READ_PIPE_DRAINED
  this.updateCallback()
}

function afterFinal(err) {
  const stream = this.stream
  if (err) stream.destroy(err)

  if ((stream._duplexState & DESTROY_STATUS) === 0) {
    stream._duplexState |= WRITE_DONE
    stream.emit('finish')
  }

  if ((stream._duplexState & AUTO_DESTROY) === DONE) {
    stream._duplexState |= DESTROYING
  }

  stream._duplexState &= WRITE_NOT_FINISHING

  // no need to wait the extra tick here, so we short circuit that
  if ((stream._duplexState & WRITE_UPDATING) === 0) {
    this.update()
  } else {
    this.updateNextTick()
  }
}

function afterDestroy(err) {
  const stream = this.stream

  if (!err && !StreamError.isStreamDestroyed(this.error)) err = this.error
  if (err) stream.emit('error', err)

  stream._duplexState |= DESTROYED
  stream.emit('close')

  const rs = stream._readableState
  const ws = stream._writableState

  if (rs !== null && rs.pipeline !== null) {
    rs.pipeline.done(stream, err)
  }

  if (ws !== null) {
    while (ws.drains !== null && ws.drains.length > 0) {
      ws.drains.shift().resolve(false)
    }

    if (ws.pipeline !== null) {
      ws.pipeline.done(stream, err)
    }
  }
}

function afterWrite(err) {
  const stream = this.stream

  if (err) stream.destroy(err)
  stream._duplexState &= WRITE_NOT_ACTIVE

  if (this.drains !== null) tickDrains(this.drains)

  if ((stream._duplexState & WRITE_DRAIN_STATUS) === WRITE_UNDRAINED) {
    stream._duplexState &= WRITE_DRAINED

    if ((stream._duplexState & WRITE_EMIT_DRAIN) === WRITE_EMIT_DRAIN) {
      stream.emit('drain')
    }
  }

  this.updateCallback()
}

function afterRead(err) {
  if (err) this.stream.destroy(err)
  this.stream._duplexState &= READ_NOT_ACTIVE

  if (this.readAhead === false && (this.stream._duplexState & READ_RESUMED) === 0) {
    this.stream._duplexState &= READ_NO_READ_AHEAD
  }

  this.updateCallback()
}

function updateReadNT() {
  if ((this.stream._duplexState & READ_UPDATING) === 0) {
    this.stream._duplexState &= READ_NOT_NEXT_TICK
    this.update()
  }
}

function updateWriteNT() {
  if ((this.stream._duplexState & WRITE_UPDATING) === 0) {
    this.stream._duplexState &= WRITE_NOT_NEXT_TICK
    this.update()
  }
}

function tickDrains(drains) {
  for (let i = 0; i < drains.length; i++) {
    // drains.writes are monotonic, so if one is 0 its always the first one
    if (--drains[i].writes === 0) {
      drains.shift().resolve(true)
      i--
    }
  }
}

function afterOpen(err) {
  const stream = this.stream

  if (err) stream.destroy(err)

  if ((stream._duplexState & DESTROYING) === 0) {
    if ((stream._duplexState & READ_PRIMARY_STATUS) === 0) {
      stream._duplexState |= READ_PRIMARY
    }

    if ((stream._duplexState & WRITE_PRIMARY_STATUS) === 0) {
      stream._duplexState |= WRITE_PRIMARY
    }

    stream.emit('open')
  }

  stream._duplexState &= NOT_ACTIVE

  if (stream._writableState !== null) {
    stream._writableState.updateCallback()
  }

  if (stream._readableState !== null) {
    stream._readableState.updateCallback()
  }
}

function afterTransform(err, data) {
  if (data !== undefined && data !== null) this.push(data)
  this._writableState.afterWrite(err)
}

function newListener(name) {
  if (this._readableState !== null) {
    if (name === 'data') {
      this._duplexState |= READ_EMIT_DATA | READ_RESUMED_READ_AHEAD
      this._readableState.updateNextTick()
    }
    if (name === 'readable') {
      this._duplexState |= READ_EMIT_READABLE
      this._readableState.updateNextTick()
    }
  }

  if (this._writableState !== null) {
    if (name === 'drain') {
      this._duplexState |= WRITE_EMIT_DRAIN
      this._writableState.updateNextTick()
    }
  }
}

class Stream extends EventEmitter {
  constructor(opts) {
    super()

    this._duplexState = 0
    this._readableState = null
    this._writableState = null

    if (opts) {
      if (opts.open) this._open = opts.open
      if (opts.destroy) this._destroy = opts.destroy
      if (opts.predestroy) this._predestroy = opts.predestroy
      if (opts.signal) opts.signal.addEventListener('abort', abort.bind(this))
    }

    this.on('newListener', newListener)
  }

  _open(cb) {
    cb(null)
  }

  _destroy(cb) {
    cb(null)
  }

  _predestroy() {
    // does nothing
  }

  get readable() {
    return this._readableState !== null ? true : undefined
  }

  get writable() {
    return this._writableState !== null ? true : undefined
  }

  get destroyed() {
    return (this._duplexState & DESTROYED) !== 0
  }

  get destroying() {
    return (this._duplexState & DESTROY_STATUS) !== 0
  }

  destroy(err) {
    if ((this._duplexState & DESTROY_STATUS) === 0) {
      if (!err) err = StreamError.STREAM_DESTROYED()
      this._duplexState = (this._duplexState | DESTROYING) & NON_PRIMARY

      if (this._readableState !== null) {
        this._readableState.highWaterMark = 0
        this._readableState.error = err
      }

      if (this._writableState !== null) {
        this._writableState.highWaterMark = 0
        this._writableState.error = err
      }

      this._duplexState |= PREDESTROYING
      this._predestroy()
      this._duplexState &= NOT_PREDESTROYING

      if (this._readableState !== null) {
        this._readableState.updateNextTick()
      }

      if (this._writableState !== null) {
        this._writableState.updateNextTick()
      }
    }
  }
}

class Readable extends Stream {
  constructor(opts) {
    super(opts)

    this._duplexState |= OPENING | WRITE_DONE | READ_READ_AHEAD
    this._readableState = new ReadableState(this, opts)

    if (opts) {
      if (this._readableState.readAhead === false) this._duplexState &= READ_NO_READ_AHEAD
      if (opts.read) this._read = opts.read
      if (opts.eagerOpen) this._readableState.updateNextTick()
      if (opts.encoding) this.setEncoding(opts.encoding)
    }
  }

  static deferred(fn, opts) {
    const out = new PassThrough(opts)

    fn()
      .then((src) => {
        if (src === null) return out.end()
        if (out.destroying) return
        pipeline(src, out, noop)
      })
      .catch((err) => out.destroy(err))

    return out
  }

  setEncoding(encoding) {
    const dec = new TextDecoder(encoding)
    const map = this._readableState.map || echo
    this._readableState.map = mapOrSkip
    return this

    function mapOrSkip(data) {
      const next = dec.push(data)
      return next === '' && (data.byteLength !== 0 || dec.remaining > 0) ? null : map(next)
    }
  }

  _read(cb) {
    cb(null)
  }

  pipe(dest, cb) {
    this._readableState.updateNextTick()
    this._readableState.pipe(dest, cb)
    return dest
  }

  read() {
    this._readableState.updateNextTick()
    return this._readableState.read()
  }

  push(data) {
    this._readableState.updateNextTickIfOpen()
    return this._readableState.push(data)
  }

  unshift(data) {
    this._readableState.updateNextTickIfOpen()
    return this._readableState.unshift(data)
  }

  resume() {
    this._duplexState |= READ_RESUMED_READ_AHEAD
    this._readableState.updateNextTick()
    return this
  }

  pause() {
    this._duplexState &=
      this._readableState.readAhead === false ? READ_PAUSED_NO_READ_AHEAD : READ_PAUSED
    return this
  }

  static _fromAsyncIterator(ite, opts) {
    let destroy

    const rs = new Readable({
      ...opts,
      read(cb) {
        ite.next().then(push).then(cb.bind(null, null)).catch(cb)
      },
      predestroy() {
        destroy = ite.return()
      },
      destroy(cb) {
        if (!destroy) return cb(null)
        destroy.then(cb.bind(null, null)).catch(cb)
      }
    })

    return rs

    function push(data) {
      if (data.done) rs.push(null)
      else rs.push(data.value)
    }
  }

  static from(data, opts) {
    if (isReadStreamx(data)) return data
    if (data[asyncIterator]) return this._fromAsyncIterator(data[asyncIterator](), opts)
    if (!Array.isArray(data)) data = data === undefined ? [] : [data]

    let i = 0
    return new Readable({
      ...opts,
      read(cb) {
        this.push(i === data.length ? null : data[i++])
        cb(null)
      }
    })
  }

  static isBackpressured(rs) {
    return (
      (rs._duplexState & READ_BACKPRESSURE_STATUS) !== 0 ||
      rs._readableState.buffered >= rs._readableState.highWaterMark
    )
  }

  static isPaused(rs) {
    return (rs._duplexState & READ_RESUMED) === 0
  }

  [asyncIterator]() {
    const stream = this

    let error = null
    let promiseResolve = null
    let promiseReject = null

    this.on('error', (err) => {
      error = err
    })
    this.on('readable', onreadable)
    this.on('close', onclose)

    return {
      [asyncIterator]() {
        return this
      },
      next() {
        return new Promise(function (resolve, reject) {
          promiseResolve = resolve
          promiseReject = reject
          const data = stream.read()
          if (data !== null) ondata(data)
          else if ((stream._duplexState & DESTROYED) !== 0) ondata(null)
        })
      },
      return() {
        return destroy(null)
      },
      throw(err) {
        return destroy(err)
      }
    }

    function onreadable() {
      if (promiseResolve !== null) ondata(stream.read())
    }

    function onclose() {
      if (promiseResolve !== null) ondata(null)
    }

    function ondata(data) {
      if (promiseReject === null) return
      if (error) {
        promiseReject(error)
      } else if (data === null && (stream._duplexState & READ_DONE) === 0) {
        promiseReject(StreamError.STREAM_DESTROYED())
      } else {
        promiseResolve({ value: data, done: data === null })
      }
      promiseReject = promiseResolve = null
    }

    function destroy(err) {
      stream.destroy(err)
      return new Promise((resolve, reject) => {
        if (stream._duplexState & DESTROYED) return resolve({ value: undefined, done: true })
        stream.once('close', function () {
          if (err) reject(err)
          else resolve({ value: undefined, done: true })
        })
      })
    }
  }
}

class Writable extends Stream {
  constructor(opts) {
    super(opts)

    this._duplexState |= OPENING | READ_DONE
    this._writableState = new WritableState(this, opts)

    if (opts) {
      if (opts.writev) this._writev = opts.writev
      if (opts.write) this._write = opts.write
      if (opts.final) this._final = opts.final
      if (opts.eagerOpen) this._writableState.updateNextTick()
    }
  }

  cork() {
    this._duplexState |= WRITE_CORKED
  }

  uncork() {
    this._duplexState &= WRITE_NOT_CORKED
    this._writableState.updateNextTick()
  }

  _writev(batch, cb) {
    cb(null)
  }

  _write(data, cb) {
    this._writableState.autoBatch(data, cb)
  }

  _final(cb) {
    cb(null)
  }

  static isBackpressured(ws) {
    return (ws._duplexState & WRITE_BACKPRESSURE_STATUS) !== 0
  }

  static drained(ws) {
    if (ws.destroyed) return Promise.resolve(false)

    const state = ws._writableState
    const pending = isWritev(ws) ? Math.min(1, state.queue.length) : state.queue.length
    const writes = pending + (ws._duplexState & WRITE_WRITING ? 1 : 0)
    if (writes === 0) return Promise.resolve(true)

    if (state.drains === null) state.drains = []
    return new Promise((resolve) => {
      state.drains.push({ writes, resolve })
    })
  }

  write(data) {
    this._writableState.updateNextTick()
    return this._writableState.push(data)
  }

  end(data) {
    this._writableState.updateNextTick()
    this._writableState.end(data)
    return this
  }
}

class Duplex extends Readable {
  // and Writable
  constructor(opts) {
    super(opts)

    this._duplexState = OPENING | (this._duplexState & READ_READ_AHEAD)
    this._writableState = new WritableState(this, opts)

    if (opts) {
      if (opts.writev) this._writev = opts.writev
      if (opts.write) this._write = opts.write
      if (opts.final) this._final = opts.final
    }
  }

  cork() {
    this._duplexState |= WRITE_CORKED
  }

  uncork() {
    this._duplexState &= WRITE_NOT_CORKED
    this._writableState.updateNextTick()
  }

  _writev(batch, cb) {
    cb(null)
  }

  _write(data, cb) {
    this._writableState.autoBatch(data, cb)
  }

  _final(cb) {
    cb(null)
  }

  write(data) {
    this._writableState.updateNextTick()
    return this._writableState.push(data)
  }

  end(data) {
    this._writableState.updateNextTick()
    this._writableState.end(data)
    return this
  }
}

class Transform extends Duplex {
  constructor(opts) {
    super(opts)
    this._transformState = new TransformState(this)

    if (opts) {
      if (opts.transform) this._transform = opts.transform
      if (opts.flush) this._flush = opts.flush
    }
  }

  _write(data, cb) {
    if (this._readableState.buffered >= this._readableState.highWaterMark) {
      this._transformState.data = data
    } else {
      this._transform(data, this._transformState.afterTransform)
    }
  }

  _read(cb) {
    if (this._transformState.data !== null) {
      const data = this._transformState.data
      this._transformState.data = null
      cb(null)
      this._transform(data, this._transformState.afterTransform)
    } else {
      cb(null)
    }
  }

  destroy(err) {
    super.destroy(err)
    if (this._transformState.data !== null) {
      this._transformState.data = null
      this._transformState.afterTransform()
    }
  }

  _transform(data, cb) {
    cb(null, data)
  }

  _flush(cb) {
    cb(null)
  }

  _final(cb) {
    this._transformState.afterFinal = cb
    this._flush(transformAfterFlush.bind(this))
  }
}

class PassThrough extends Transform {}

function transformAfterFlush(err, data) {
  const cb = this._transformState.afterFinal
  if (err) return cb(err)

  if (data !== null && data !== undefined) this.push(data)
  this.push(null)
  cb(null)
}

function pipelinePromise(...streams) {
  return new Promise((resolve, reject) => {
    return pipeline(...streams, (err) => {
      if (err) return reject(err)
      resolve()
    })
  })
}

function pipeline(stream, ...streams) {
  const all = Array.isArray(stream) ? [...stream, ...streams] : [stream, ...streams]
  const done = all.length && typeof all[all.length - 1] === 'function' ? all.pop() : null

  if (all.length < 2) throw StreamError.BAD_ARGUMENT('Pipeline requires at least 2 streams')

  let src = all[0]
  let dest = null
  let error = null

  for (let i = 1; i < all.length; i++) {
    dest = all[i]

    if (isStreamx(src)) {
      src.pipe(dest, onerror)
    } else {
      errorHandle(src, true, i > 1, onerror)
      src.pipe(dest)
    }

    src = dest
  }

  if (done) {
    let fin = false

    const autoDestroy =
      isStreamx(dest) || !!(dest._writableState && dest._writableState.autoDestroy)

    dest.on('error', (err) => {
      if (error === null) error = err
    })

    dest.on('finish', () => {
      fin = true
      if (!autoDestroy) done(error)
    })

    if (autoDestroy) {
      dest.on('close', () => done(error || (fin ? null : StreamError.PREMATURE_CLOSE())))
    }
  }

  return dest

  function errorHandle(s, rd, wr, onerror) {
    s.on('error', onerror)
    s.on('close', onclose)

    function onclose() {
      if (rd && s._readableState && !s._readableState.ended) {
        return onerror(StreamError.PREMATURE_CLOSE())
      }
      if (wr && s._writableState && !s._writableState.ended) {
        return onerror(StreamError.PREMATURE_CLOSE())
      }
    }
  }

  function onerror(err) {
    if (!err || error) return
    error = err

    for (const s of all) {
      s.destroy(err)
    }
  }
}

function echo(s) {
  return s
}

function isStream(stream) {
  return !!stream._readableState || !!stream._writableState
}

function isStreamx(stream) {
  return typeof stream._duplexState === 'number' && isStream(stream)
}

function isEnding(stream) {
  return !!stream._readableState && stream._readableState.ending
}

function isEnded(stream) {
  return !!stream._readableState && stream._readableState.ended
}

function isFinishing(stream) {
  return !!stream._writableState && stream._writableState.ending
}

function isFinished(stream) {
  return !!stream._writableState && stream._writableState.ended
}

function getStreamError(stream, opts = {}) {
  const err =
    (stream._readableState && stream._readableState.error) ||
    (stream._writableState && stream._writableState.error)

  // avoid implicit errors by default
  return !opts.all && StreamError.isStreamDestroyed(err) ? null : err
}

function isReadStreamx(stream) {
  return isStreamx(stream) && stream.readable
}

function isDisturbed(stream) {
  return (
    (stream._duplexState & OPENING) !== OPENING ||
    (stream._duplexState & DESTROYING) === DESTROYING ||
    (stream._duplexState & ACTIVE_OR_TICKING) !== 0
  )
}

function isTypedArray(data) {
  return typeof data === 'object' && data !== null && typeof data.byteLength === 'number'
}

function defaultByteLength(data) {
  return isTypedArray(data) ? data.byteLength : 1024
}

function noop() {}

function abort() {
  this.destroy(StreamError.ABORTED())
}

function isWritev(s) {
  return s._writev !== Writable.prototype._writev && s._writev !== Duplex.prototype._writev
}

module.exports = {
  pipeline,
  pipelinePromise,
  isStream,
  isStreamx,
  isEnding,
  isEnded,
  isFinishing,
  isFinished,
  isDisturbed,
  getStreamError,
  Stream,
  Writable,
  Readable,
  Duplex,
  Transform,
  // Export PassThrough for compatibility with Node.js core's stream module
  PassThrough
}


/***/ }),

/***/ 657:
/***/ ((module) => {

module.exports = class StreamError extends Error {
  constructor(msg, code, fn = StreamError) {
    super(msg)

    this.code = code

    if (Error.captureStackTrace) {
      Error.captureStackTrace(this, fn)
    }
  }

  static isStreamDestroyed(err) {
    return err && err.code === 'STREAM_DESTROYED'
  }

  static isPrematureClose(err) {
    return err && err.code === 'PREMATURE_CLOSE'
  }

  static isAborted(err) {
    return err && err.code === 'ABORTED'
  }

  static isBadArgument(err) {
    return err && err.code === 'BAD_ARGUMENT'
  }

  get name() {
    return 'StreamError'
  }

  static STREAM_DESTROYED() {
    return new StreamError('Stream was destroyed', 'STREAM_DESTROYED', StreamError.STREAM_DESTROYED)
  }

  static PREMATURE_CLOSE(msg = 'Premature close') {
    return new StreamError(msg, 'PREMATURE_CLOSE', StreamError.PREMATURE_CLOSE)
  }

  static ABORTED() {
    return new StreamError('Stream aborted', 'ABORTED', StreamError.ABORTED)
  }

  static BAD_ARGUMENT(msg = 'Bad argument') {
    return new StreamError(msg, 'BAD_ARGUMENT', StreamError.BAD_ARGUMENT)
  }
}


/***/ }),

/***/ 775:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

const constants = { // just for envs without fs
  S_IFMT: 61440,
  S_IFDIR: 16384,
  S_IFCHR: 8192,
  S_IFBLK: 24576,
  S_IFIFO: 4096,
  S_IFLNK: 40960
}

try {
  module.exports = (__nccwpck_require__(896).constants) || constants
} catch {
  module.exports = constants
}


/***/ }),

/***/ 763:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

const { Writable, Readable, getStreamError } = __nccwpck_require__(204)
const FIFO = __nccwpck_require__(867)
const b4a = __nccwpck_require__(57)
const headers = __nccwpck_require__(428)

const EMPTY = b4a.alloc(0)
const MAX_HEADER_SIZE = 4 * 1024 * 1024 // arbitrary big number

class BufferList {
  constructor () {
    this.buffered = 0
    this.shifted = 0
    this.queue = new FIFO()

    this._offset = 0
  }

  push (buffer) {
    this.buffered += buffer.byteLength
    this.queue.push(buffer)
  }

  shiftFirst (size) {
    return this.buffered === 0 ? null : this._next(size)
  }

  shift (size) {
    if (size > this.buffered) return null
    if (size === 0) return EMPTY

    let chunk = this._next(size)

    if (size === chunk.byteLength) return chunk // likely case

    const chunks = [chunk]

    while ((size -= chunk.byteLength) > 0) {
      chunk = this._next(size)
      chunks.push(chunk)
    }

    return b4a.concat(chunks)
  }

  _next (size) {
    const buf = this.queue.peek()
    const rem = buf.byteLength - this._offset

    if (size >= rem) {
      const sub = this._offset ? buf.subarray(this._offset, buf.byteLength) : buf
      this.queue.shift()
      this._offset = 0
      this.buffered -= rem
      this.shifted += rem
      return sub
    }

    this.buffered -= size
    this.shifted += size

    return buf.subarray(this._offset, (this._offset += size))
  }
}

class Source extends Readable {
  constructor (self, header, offset) {
    super()

    this.header = header
    this.offset = offset

    this._parent = self
  }

  _read (cb) {
    if (this.header.size === 0) {
      this.push(null)
    }
    if (this._parent._stream === this) {
      this._parent._update()
    }
    cb(null)
  }

  _predestroy () {
    this._parent.destroy(getStreamError(this))
  }

  _detach () {
    if (this._parent._stream === this) {
      this._parent._stream = null
      this._parent._missing = overflow(this.header.size)
      this._parent._update()
    }
  }

  _destroy (cb) {
    this._detach()
    cb(null)
  }
}

class Extract extends Writable {
  constructor (opts) {
    super(opts)

    if (!opts) opts = {}

    this._buffer = new BufferList()
    this._offset = 0
    this._header = null
    this._stream = null
    this._missing = 0
    this._longHeader = false
    this._callback = noop
    this._locked = false
    this._finished = false
    this._pax = null
    this._paxGlobal = null
    this._gnuLongPath = null
    this._gnuLongLinkPath = null
    this._filenameEncoding = opts.filenameEncoding || 'utf-8'
    this._allowUnknownFormat = !!opts.allowUnknownFormat
    this._unlockBound = this._unlock.bind(this)
  }

  _unlock (err) {
    this._locked = false

    if (err) {
      this.destroy(err)
      this._continueWrite(err)
      return
    }

    this._update()
  }

  _consumeHeader () {
    if (this._locked) return false

    this._offset = this._buffer.shifted

    try {
      this._header = headers.decode(this._buffer.shift(512), this._filenameEncoding, this._allowUnknownFormat)
    } catch (err) {
      this._continueWrite(err)
      return false
    }

    if (!this._header) return true

    this._header.byteOffset = this._buffer.shifted

    switch (this._header.type) {
      case 'gnu-long-path':
      case 'gnu-long-link-path':
      case 'pax-global-header':
      case 'pax-header':
        this._longHeader = true
        this._missing = this._header.size
        if (this._missing > MAX_HEADER_SIZE) {
          this._continueWrite(new Error('Header exceeds max size'))
          return false
        }
        return true
    }

    this._locked = true
    this._applyLongHeaders()

    if (!(this._header.size >= 0)) {
      this._continueWrite(new Error('Invalid header'))
      return false
    }

    if (this._header.size === 0 || this._header.type === 'directory') {
      this.emit('entry', this._header, this._createStream(), this._unlockBound)
      return true
    }

    this._stream = this._createStream()
    this._missing = this._header.size

    this.emit('entry', this._header, this._stream, this._unlockBound)
    return true
  }

  _applyLongHeaders () {
    if (this._gnuLongPath) {
      this._header.name = this._gnuLongPath
      this._gnuLongPath = null
    }

    if (this._gnuLongLinkPath) {
      this._header.linkname = this._gnuLongLinkPath
      this._gnuLongLinkPath = null
    }

    if (this._pax) {
      if (this._pax.path) this._header.name = this._pax.path
      if (this._pax.linkpath) this._header.linkname = this._pax.linkpath
      if (this._pax.size) this._header.size = parseInt(this._pax.size, 10)
      this._header.pax = this._pax
      this._pax = null
    }
  }

  _decodeLongHeader (buf) {
    switch (this._header.type) {
      case 'gnu-long-path':
        this._gnuLongPath = headers.decodeLongPath(buf, this._filenameEncoding)
        break
      case 'gnu-long-link-path':
        this._gnuLongLinkPath = headers.decodeLongPath(buf, this._filenameEncoding)
        break
      case 'pax-global-header':
        this._paxGlobal = headers.decodePax(buf)
        break
      case 'pax-header':
        this._pax = this._paxGlobal === null
          ? headers.decodePax(buf)
          : Object.assign({}, this._paxGlobal, headers.decodePax(buf))
        break
    }
  }

  _consumeLongHeader () {
    this._longHeader = false
    this._missing = overflow(this._header.size)

    const buf = this._buffer.shift(this._header.size)

    try {
      this._decodeLongHeader(buf)
    } catch (err) {
      this._continueWrite(err)
      return false
    }

    return true
  }

  _consumeStream () {
    const buf = this._buffer.shiftFirst(this._missing)
    if (buf === null) return false

    this._missing -= buf.byteLength
    const drained = this._stream.push(buf)

    if (this._missing === 0) {
      this._stream.push(null)
      if (drained) this._stream._detach()
      return drained && this._locked === false
    }

    return drained
  }

  _createStream () {
    return new Source(this, this._header, this._offset)
  }

  _update () {
    while (this._buffer.buffered > 0 && !this.destroying) {
      if (this._missing > 0) {
        if (this._stream !== null) {
          if (this._consumeStream() === false) return
          continue
        }

        if (this._longHeader === true) {
          if (this._missing > this._buffer.buffered) break
          if (this._consumeLongHeader() === false) return false
          continue
        }

        const ignore = this._buffer.shiftFirst(this._missing)
        if (ignore !== null) this._missing -= ignore.byteLength
        continue
      }

      if (this._buffer.buffered < 512) break
      if (this._stream !== null || this._consumeHeader() === false) return
    }

    this._continueWrite(null)
  }

  _continueWrite (err) {
    const cb = this._callback
    this._callback = noop
    cb(err)
  }

  _write (data, cb) {
    this._callback = cb
    this._buffer.push(data)
    this._update()
  }

  _final (cb) {
    this._finished = this._missing === 0 && this._buffer.buffered === 0
    cb(this._finished ? null : new Error('Unexpected end of data'))
  }

  _predestroy () {
    this._continueWrite(null)
  }

  _destroy (cb) {
    if (this._stream) this._stream.destroy(getStreamError(this))
    cb(null)
  }

  [Symbol.asyncIterator] () {
    let error = null

    let promiseResolve = null
    let promiseReject = null

    let entryStream = null
    let entryCallback = null

    const extract = this

    this.on('entry', onentry)
    this.on('error', (err) => { error = err })
    this.on('close', onclose)

    return {
      [Symbol.asyncIterator] () {
        return this
      },
      next () {
        return new Promise(onnext)
      },
      return () {
        return destroy(null)
      },
      throw (err) {
        return destroy(err)
      }
    }

    function consumeCallback (err) {
      if (!entryCallback) return
      const cb = entryCallback
      entryCallback = null
      cb(err)
    }

    function onnext (resolve, reject) {
      if (error) {
        return reject(error)
      }

      if (entryStream) {
        resolve({ value: entryStream, done: false })
        entryStream = null
        return
      }

      promiseResolve = resolve
      promiseReject = reject

      consumeCallback(null)

      if (extract._finished && promiseResolve) {
        promiseResolve({ value: undefined, done: true })
        promiseResolve = promiseReject = null
      }
    }

    function onentry (header, stream, callback) {
      entryCallback = callback
      stream.on('error', noop) // no way around this due to tick sillyness

      if (promiseResolve) {
        promiseResolve({ value: stream, done: false })
        promiseResolve = promiseReject = null
      } else {
        entryStream = stream
      }
    }

    function onclose () {
      consumeCallback(error)
      if (!promiseResolve) return
      if (error) promiseReject(error)
      else promiseResolve({ value: undefined, done: true })
      promiseResolve = promiseReject = null
    }

    function destroy (err) {
      extract.destroy(err)
      consumeCallback(err)
      return new Promise((resolve, reject) => {
        if (extract.destroyed) return resolve({ value: undefined, done: true })
        extract.once('close', function () {
          if (err) reject(err)
          else resolve({ value: undefined, done: true })
        })
      })
    }
  }
}

module.exports = function extract (opts) {
  return new Extract(opts)
}

function noop () {}

function overflow (size) {
  size &= 511
  return size && 512 - size
}


/***/ }),

/***/ 428:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {

const b4a = __nccwpck_require__(57)

const ZEROS = '0000000000000000000'
const SEVENS = '7777777777777777777'
const ZERO_OFFSET = '0'.charCodeAt(0)
const USTAR_MAGIC = b4a.from([0x75, 0x73, 0x74, 0x61, 0x72, 0x00]) // ustar\x00
const USTAR_VER = b4a.from([ZERO_OFFSET, ZERO_OFFSET])
const GNU_MAGIC = b4a.from([0x75, 0x73, 0x74, 0x61, 0x72, 0x20]) // ustar\x20
const GNU_VER = b4a.from([0x20, 0x00])
const MASK = 0o7777
const MAGIC_OFFSET = 257
const VERSION_OFFSET = 263

exports.decodeLongPath = function decodeLongPath (buf, encoding) {
  return decodeStr(buf, 0, buf.length, encoding)
}

exports.encodePax = function encodePax (opts) { // TODO: encode more stuff in pax
  let result = ''
  if (opts.name) result += addLength(' path=' + opts.name + '\n')
  if (opts.linkname) result += addLength(' linkpath=' + opts.linkname + '\n')
  const pax = opts.pax
  if (pax) {
    for (const key in pax) {
      result += addLength(' ' + key + '=' + pax[key] + '\n')
    }
  }
  return b4a.from(result)
}

exports.decodePax = function decodePax (buf) {
  const result = {}

  while (buf.length) {
    let i = 0
    while (i < buf.length && buf[i] !== 32) i++
    const len = parseInt(b4a.toString(buf.subarray(0, i)), 10)
    if (!len) return result

    const b = b4a.toString(buf.subarray(i + 1, len - 1))
    const keyIndex = b.indexOf('=')
    if (keyIndex === -1) return result
    result[b.slice(0, keyIndex)] = b.slice(keyIndex + 1)

    buf = buf.subarray(len)
  }

  return result
}

exports.encode = function encode (opts) {
  const buf = b4a.alloc(512)
  let name = opts.name
  let prefix = ''

  if (opts.typeflag === 5 && name[name.length - 1] !== '/') name += '/'
  if (b4a.byteLength(name) !== name.length) return null // utf-8

  while (b4a.byteLength(name) > 100) {
    const i = name.indexOf('/')
    if (i === -1) return null
    prefix += prefix ? '/' + name.slice(0, i) : name.slice(0, i)
    name = name.slice(i + 1)
  }

  if (b4a.byteLength(name) > 100 || b4a.byteLength(prefix) > 155) return null
  if (opts.linkname && b4a.byteLength(opts.linkname) > 100) return null

  b4a.write(buf, name)
  b4a.write(buf, encodeOct(opts.mode & MASK, 6), 100)
  b4a.write(buf, encodeOct(opts.uid, 6), 108)
  b4a.write(buf, encodeOct(opts.gid, 6), 116)
  encodeSize(opts.size, buf, 124)
  b4a.write(buf, encodeOct((opts.mtime.getTime() / 1000) | 0, 11), 136)

  buf[156] = ZERO_OFFSET + toTypeflag(opts.type)

  if (opts.linkname) b4a.write(buf, opts.linkname, 157)

  b4a.copy(USTAR_MAGIC, buf, MAGIC_OFFSET)
  b4a.copy(USTAR_VER, buf, VERSION_OFFSET)
  if (opts.uname) b4a.write(buf, opts.uname, 265)
  if (opts.gname) b4a.write(buf, opts.gname, 297)
  b4a.write(buf, encodeOct(opts.devmajor || 0, 6), 329)
  b4a.write(buf, encodeOct(opts.devminor || 0, 6), 337)

  if (prefix) b4a.write(buf, prefix, 345)

  b4a.write(buf, encodeOct(cksum(buf), 6), 148)

  return buf
}

exports.decode = function decode (buf, filenameEncoding, allowUnknownFormat) {
  let typeflag = buf[156] === 0 ? 0 : buf[156] - ZERO_OFFSET

  let name = decodeStr(buf, 0, 100, filenameEncoding)
  const mode = decodeOct(buf, 100, 8)
  const uid = decodeOct(buf, 108, 8)
  const gid = decodeOct(buf, 116, 8)
  const size = decodeOct(buf, 124, 12)
  const mtime = decodeOct(buf, 136, 12)
  const type = toType(typeflag)
  const linkname = buf[157] === 0 ? null : decodeStr(buf, 157, 100, filenameEncoding)
  const uname = decodeStr(buf, 265, 32)
  const gname = decodeStr(buf, 297, 32)
  const devmajor = decodeOct(buf, 329, 8)
  const devminor = decodeOct(buf, 337, 8)

  const c = cksum(buf)

  // checksum is still initial value if header was null.
  if (c === 8 * 32) return null

  // valid checksum
  if (c !== decodeOct(buf, 148, 8)) throw new Error('Invalid tar header. Maybe the tar is corrupted or it needs to be gunzipped?')

  if (isUSTAR(buf)) {
    // ustar (posix) format.
    // prepend prefix, if present.
    if (buf[345]) name = decodeStr(buf, 345, 155, filenameEncoding) + '/' + name
  } else if (isGNU(buf)) {
    // 'gnu'/'oldgnu' format. Similar to ustar, but has support for incremental and
    // multi-volume tarballs.
  } else {
    if (!allowUnknownFormat) {
      throw new Error('Invalid tar header: unknown format.')
    }
  }

  // to support old tar versions that use trailing / to indicate dirs
  if (typeflag === 0 && name && name[name.length - 1] === '/') typeflag = 5

  return {
    name,
    mode,
    uid,
    gid,
    size,
    byteOffset: 0,
    mtime: new Date(1000 * mtime),
    type,
    linkname,
    uname,
    gname,
    devmajor,
    devminor,
    pax: null
  }
}

function isUSTAR (buf) {
  return b4a.equals(USTAR_MAGIC, buf.subarray(MAGIC_OFFSET, MAGIC_OFFSET + 6))
}

function isGNU (buf) {
  return b4a.equals(GNU_MAGIC, buf.subarray(MAGIC_OFFSET, MAGIC_OFFSET + 6)) &&
    b4a.equals(GNU_VER, buf.subarray(VERSION_OFFSET, VERSION_OFFSET + 2))
}

function clamp (index, len, defaultValue) {
  if (typeof index !== 'number') return defaultValue
  index = ~~index // Coerce to integer.
  if (index >= len) return len
  if (index >= 0) return index
  index += len
  if (index >= 0) return index
  return 0
}

function toType (flag) {
  switch (flag) {
    case 0:
      return 'file'
    case 1:
      return 'link'
    case 2:
      return 'symlink'
    case 3:
      return 'character-device'
    case 4:
      return 'block-device'
    case 5:
      return 'directory'
    case 6:
      return 'fifo'
    case 7:
      return 'contiguous-file'
    case 72:
      return 'pax-header'
    case 55:
      return 'pax-global-header'
    case 27:
      return 'gnu-long-link-path'
    case 28:
    case 30:
      return 'gnu-long-path'
  }

  return null
}

function toTypeflag (flag) {
  switch (flag) {
    case 'file':
      return 0
    case 'link':
      return 1
    case 'symlink':
      return 2
    case 'character-device':
      return 3
    case 'block-device':
      return 4
    case 'directory':
      return 5
    case 'fifo':
      return 6
    case 'contiguous-file':
      return 7
    case 'pax-header':
      return 72
  }

  return 0
}

function indexOf (block, num, offset, end) {
  for (; offset < end; offset++) {
    if (block[offset] === num) return offset
  }
  return end
}

function cksum (block) {
  let sum = 8 * 32
  for (let i = 0; i < 148; i++) sum += block[i]
  for (let j = 156; j < 512; j++) sum += block[j]
  return sum
}

function encodeOct (val, n) {
  val = val.toString(8)
  if (val.length > n) return SEVENS.slice(0, n) + ' '
  return ZEROS.slice(0, n - val.length) + val + ' '
}

function encodeSizeBin (num, buf, off) {
  buf[off] = 0x80
  for (let i = 11; i > 0; i--) {
    buf[off + i] = num & 0xff
    num = Math.floor(num / 0x100)
  }
}

function encodeSize (num, buf, off) {
  if (num.toString(8).length > 11) {
    encodeSizeBin(num, buf, off)
  } else {
    b4a.write(buf, encodeOct(num, 11), off)
  }
}

/* Copied from the node-tar repo and modified to meet
 * tar-stream coding standard.
 *
 * Source: https://github.com/npm/node-tar/blob/51b6627a1f357d2eb433e7378e5f05e83b7aa6cd/lib/header.js#L349
 */
function parse256 (buf) {
  // first byte MUST be either 80 or FF
  // 80 for positive, FF for 2's comp
  let positive
  if (buf[0] === 0x80) positive = true
  else if (buf[0] === 0xFF) positive = false
  else return null

  // build up a base-256 tuple from the least sig to the highest
  const tuple = []
  let i
  for (i = buf.length - 1; i > 0; i--) {
    const byte = buf[i]
    if (positive) tuple.push(byte)
    else tuple.push(0xFF - byte)
  }

  let sum = 0
  const l = tuple.length
  for (i = 0; i < l; i++) {
    sum += tuple[i] * Math.pow(256, i)
  }

  return positive ? sum : -1 * sum
}

function decodeOct (val, offset, length) {
  val = val.subarray(offset, offset + length)
  offset = 0

  // If prefixed with 0x80 then parse as a base-256 integer
  if (val[offset] & 0x80) {
    return parse256(val)
  } else {
    // Older versions of tar can prefix with spaces
    while (offset < val.length && val[offset] === 32) offset++
    const end = clamp(indexOf(val, 32, offset, val.length), val.length, val.length)
    while (offset < end && val[offset] === 0) offset++
    if (end === offset) return 0
    return parseInt(b4a.toString(val.subarray(offset, end)), 8)
  }
}

function decodeStr (val, offset, length, encoding) {
  return b4a.toString(val.subarray(offset, indexOf(val, 0, offset, offset + length)), encoding)
}

function addLength (str) {
  const len = b4a.byteLength(str)
  let digits = Math.floor(Math.log(len) / Math.log(10)) + 1
  if (len + digits >= Math.pow(10, digits)) digits++

  return (len + digits) + str
}


/***/ }),

/***/ 118:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {

exports.extract = __nccwpck_require__(763)
/* unused reexport */ __nccwpck_require__(861)


/***/ }),

/***/ 861:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

const { Readable, Writable, getStreamError } = __nccwpck_require__(204)
const b4a = __nccwpck_require__(57)

const constants = __nccwpck_require__(775)
const headers = __nccwpck_require__(428)

const DMODE = 0o755
const FMODE = 0o644

const END_OF_TAR = b4a.alloc(1024)

class Sink extends Writable {
  constructor (pack, header, callback) {
    super({ mapWritable, eagerOpen: true })

    this.written = 0
    this.header = header

    this._callback = callback
    this._linkname = null
    this._isLinkname = header.type === 'symlink' && !header.linkname
    this._isVoid = header.type !== 'file' && header.type !== 'contiguous-file'
    this._finished = false
    this._pack = pack
    this._openCallback = null

    if (this._pack._stream === null) this._pack._stream = this
    else this._pack._pending.push(this)
  }

  _open (cb) {
    this._openCallback = cb
    if (this._pack._stream === this) this._continueOpen()
  }

  _continuePack (err) {
    if (this._callback === null) return

    const callback = this._callback
    this._callback = null

    callback(err)
  }

  _continueOpen () {
    if (this._pack._stream === null) this._pack._stream = this

    const cb = this._openCallback
    this._openCallback = null
    if (cb === null) return

    if (this._pack.destroying) return cb(new Error('pack stream destroyed'))
    if (this._pack._finalized) return cb(new Error('pack stream is already finalized'))

    this._pack._stream = this

    if (!this._isLinkname) {
      this._pack._encode(this.header)
    }

    if (this._isVoid) {
      this._finish()
      this._continuePack(null)
    }

    cb(null)
  }

  _write (data, cb) {
    if (this._isLinkname) {
      this._linkname = this._linkname ? b4a.concat([this._linkname, data]) : data
      return cb(null)
    }

    if (this._isVoid) {
      if (data.byteLength > 0) {
        return cb(new Error('No body allowed for this entry'))
      }
      return cb()
    }

    this.written += data.byteLength
    if (this._pack.push(data)) return cb()
    this._pack._drain = cb
  }

  _finish () {
    if (this._finished) return
    this._finished = true

    if (this._isLinkname) {
      this.header.linkname = this._linkname ? b4a.toString(this._linkname, 'utf-8') : ''
      this._pack._encode(this.header)
    }

    overflow(this._pack, this.header.size)

    this._pack._done(this)
  }

  _final (cb) {
    if (this.written !== this.header.size) { // corrupting tar
      return cb(new Error('Size mismatch'))
    }

    this._finish()
    cb(null)
  }

  _getError () {
    return getStreamError(this) || new Error('tar entry destroyed')
  }

  _predestroy () {
    this._pack.destroy(this._getError())
  }

  _destroy (cb) {
    this._pack._done(this)

    this._continuePack(this._finished ? null : this._getError())

    cb()
  }
}

class Pack extends Readable {
  constructor (opts) {
    super(opts)
    this._drain = noop
    this._finalized = false
    this._finalizing = false
    this._pending = []
    this._stream = null
  }

  entry (header, buffer, callback) {
    if (this._finalized || this.destroying) throw new Error('already finalized or destroyed')

    if (typeof buffer === 'function') {
      callback = buffer
      buffer = null
    }

    if (!callback) callback = noop

    if (!header.size || header.type === 'symlink') header.size = 0
    if (!header.type) header.type = modeToType(header.mode)
    if (!header.mode) header.mode = header.type === 'directory' ? DMODE : FMODE
    if (!header.uid) header.uid = 0
    if (!header.gid) header.gid = 0
    if (!header.mtime) header.mtime = new Date()

    if (typeof buffer === 'string') buffer = b4a.from(buffer)

    const sink = new Sink(this, header, callback)

    if (b4a.isBuffer(buffer)) {
      header.size = buffer.byteLength
      sink.write(buffer)
      sink.end()
      return sink
    }

    if (sink._isVoid) {
      return sink
    }

    return sink
  }

  finalize () {
    if (this._stream || this._pending.length > 0) {
      this._finalizing = true
      return
    }

    if (this._finalized) return
    this._finalized = true

    this.push(END_OF_TAR)
    this.push(null)
  }

  _done (stream) {
    if (stream !== this._stream) return

    this._stream = null

    if (this._finalizing) this.finalize()
    if (this._pending.length) this._pending.shift()._continueOpen()
  }

  _encode (header) {
    if (!header.pax) {
      const buf = headers.encode(header)
      if (buf) {
        this.push(buf)
        return
      }
    }
    this._encodePax(header)
  }

  _encodePax (header) {
    const paxHeader = headers.encodePax({
      name: header.name,
      linkname: header.linkname,
      pax: header.pax
    })

    const newHeader = {
      name: 'PaxHeader',
      mode: header.mode,
      uid: header.uid,
      gid: header.gid,
      size: paxHeader.byteLength,
      mtime: header.mtime,
      type: 'pax-header',
      linkname: header.linkname && 'PaxHeader',
      uname: header.uname,
      gname: header.gname,
      devmajor: header.devmajor,
      devminor: header.devminor
    }

    this.push(headers.encode(newHeader))
    this.push(paxHeader)
    overflow(this, paxHeader.byteLength)

    newHeader.size = header.size
    newHeader.type = header.type
    this.push(headers.encode(newHeader))
  }

  _doDrain () {
    const drain = this._drain
    this._drain = noop
    drain()
  }

  _predestroy () {
    const err = getStreamError(this)

    if (this._stream) this._stream.destroy(err)

    while (this._pending.length) {
      const stream = this._pending.shift()
      stream.destroy(err)
      stream._continueOpen()
    }

    this._doDrain()
  }

  _read (cb) {
    this._doDrain()
    cb()
  }
}

module.exports = function pack (opts) {
  return new Pack(opts)
}

function modeToType (mode) {
  switch (mode & constants.S_IFMT) {
    case constants.S_IFBLK: return 'block-device'
    case constants.S_IFCHR: return 'character-device'
    case constants.S_IFDIR: return 'directory'
    case constants.S_IFIFO: return 'fifo'
    case constants.S_IFLNK: return 'symlink'
  }

  return 'file'
}

function noop () {}

function overflow (self, size) {
  size &= 511
  if (size) self.push(END_OF_TAR.subarray(0, 512 - size))
}

function mapWritable (buf) {
  return b4a.isBuffer(buf) ? buf : b4a.from(buf)
}


/***/ }),

/***/ 934:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

const PassThroughDecoder = __nccwpck_require__(256)
const UTF8Decoder = __nccwpck_require__(414)

module.exports = class TextDecoder {
  constructor(encoding = 'utf8') {
    this.encoding = normalizeEncoding(encoding)

    switch (this.encoding) {
      case 'utf8':
        this.decoder = new UTF8Decoder()
        break
      case 'utf16le':
      case 'base64':
        throw new Error('Unsupported encoding: ' + this.encoding)
      default:
        this.decoder = new PassThroughDecoder(this.encoding)
    }
  }

  get remaining() {
    return this.decoder.remaining
  }

  push(data) {
    if (typeof data === 'string') return data
    return this.decoder.decode(data)
  }

  // For Node.js compatibility
  write(data) {
    return this.push(data)
  }

  end(data) {
    let result = ''
    if (data) result = this.push(data)
    result += this.decoder.flush()
    return result
  }
}

function normalizeEncoding(encoding) {
  encoding = encoding.toLowerCase()

  switch (encoding) {
    case 'utf8':
    case 'utf-8':
      return 'utf8'
    case 'ucs2':
    case 'ucs-2':
    case 'utf16le':
    case 'utf-16le':
      return 'utf16le'
    case 'latin1':
    case 'binary':
      return 'latin1'
    case 'base64':
    case 'ascii':
    case 'hex':
      return encoding
    default:
      throw new Error('Unknown encoding: ' + encoding)
  }
}


/***/ }),

/***/ 256:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

const b4a = __nccwpck_require__(57)

module.exports = class PassThroughDecoder {
  constructor(encoding) {
    this.encoding = encoding
  }

  get remaining() {
    return 0
  }

  decode(data) {
    return b4a.toString(data, this.encoding)
  }

  flush() {
    return ''
  }
}


/***/ }),

/***/ 414:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

const b4a = __nccwpck_require__(57)

/**
 * https://encoding.spec.whatwg.org/#utf-8-decoder
 */
module.exports = class UTF8Decoder {
  constructor() {
    this._reset()
  }

  get remaining() {
    return this.bytesSeen
  }

  decode(data) {
    if (data.byteLength === 0) return ''

    if (this.bytesNeeded === 0 && trailingIncomplete(data, 0) === 0) {
      this.bytesSeen = trailingBytesSeen(data)
      return b4a.toString(data, 'utf8')
    }

    let result = ''
    let start = 0

    if (this.bytesNeeded > 0) {
      while (start < data.byteLength) {
        const byte = data[start]

        if (byte < this.lowerBoundary || byte > this.upperBoundary) {
          result += '\ufffd'
          this._reset()
          break
        }

        this.lowerBoundary = 0x80
        this.upperBoundary = 0xbf
        this.codePoint = (this.codePoint << 6) | (byte & 0x3f)
        this.bytesSeen++
        start++

        if (this.bytesSeen === this.bytesNeeded) {
          result += String.fromCodePoint(this.codePoint)
          this._reset()
          break
        }
      }

      if (this.bytesNeeded > 0) return result
    }

    const trailing = trailingIncomplete(data, start)
    const end = data.byteLength - trailing

    if (end > start) result += b4a.toString(data, 'utf8', start, end)

    for (let i = end; i < data.byteLength; i++) {
      const byte = data[i]

      if (this.bytesNeeded === 0) {
        if (byte <= 0x7f) {
          this.bytesSeen = 0
          result += String.fromCharCode(byte)
        } else if (byte >= 0xc2 && byte <= 0xdf) {
          this.bytesNeeded = 2
          this.bytesSeen = 1
          this.codePoint = byte & 0x1f
        } else if (byte >= 0xe0 && byte <= 0xef) {
          if (byte === 0xe0) this.lowerBoundary = 0xa0
          else if (byte === 0xed) this.upperBoundary = 0x9f
          this.bytesNeeded = 3
          this.bytesSeen = 1
          this.codePoint = byte & 0xf
        } else if (byte >= 0xf0 && byte <= 0xf4) {
          if (byte === 0xf0) this.lowerBoundary = 0x90
          else if (byte === 0xf4) this.upperBoundary = 0x8f
          this.bytesNeeded = 4
          this.bytesSeen = 1
          this.codePoint = byte & 0x7
        } else {
          this.bytesSeen = 1
          result += '\ufffd'
        }

        continue
      }

      if (byte < this.lowerBoundary || byte > this.upperBoundary) {
        result += '\ufffd'
        i--
        this._reset()

        continue
      }

      this.lowerBoundary = 0x80
      this.upperBoundary = 0xbf

      this.codePoint = (this.codePoint << 6) | (byte & 0x3f)
      this.bytesSeen++

      if (this.bytesSeen === this.bytesNeeded) {
        result += String.fromCodePoint(this.codePoint)
        this._reset()
      }
    }

    return result
  }

  flush() {
    const result = this.bytesNeeded > 0 ? '\ufffd' : ''
    this._reset()
    return result
  }

  _reset() {
    this.codePoint = 0
    this.bytesNeeded = 0
    this.bytesSeen = 0
    this.lowerBoundary = 0x80
    this.upperBoundary = 0xbf
  }
}

function trailingIncomplete(data, start) {
  const len = data.byteLength
  if (len <= start) return 0

  const limit = Math.max(start, len - 4)

  let i = len - 1
  while (i > limit && (data[i] & 0xc0) === 0x80) i--

  if (i < start) return 0

  const byte = data[i]

  let needed
  if (byte <= 0x7f) return 0
  if (byte >= 0xc2 && byte <= 0xdf) needed = 2
  else if (byte >= 0xe0 && byte <= 0xef) needed = 3
  else if (byte >= 0xf0 && byte <= 0xf4) needed = 4
  else return 0

  const available = len - i
  return available < needed ? available : 0
}

function trailingBytesSeen(data) {
  const len = data.byteLength
  if (len === 0) return 0

  const last = data[len - 1]

  if (last <= 0x7f) return 0
  if ((last & 0xc0) !== 0x80) return 1

  const limit = Math.max(0, len - 4)

  let i = len - 2
  while (i >= limit && (data[i] & 0xc0) === 0x80) i--

  if (i < 0) return 1

  const first = data[i]

  let needed
  if (first >= 0xc2 && first <= 0xdf) needed = 2
  else if (first >= 0xe0 && first <= 0xef) needed = 3
  else if (first >= 0xf0 && first <= 0xf4) needed = 4
  else return 1

  if (len - i !== needed) return 1

  if (needed >= 3) {
    const second = data[i + 1]
    if (first === 0xe0 && second < 0xa0) return 1
    if (first === 0xed && second > 0x9f) return 1
    if (first === 0xf0 && second < 0x90) return 1
    if (first === 0xf4 && second > 0x8f) return 1
  }

  return 0
}


/***/ }),

/***/ 434:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("events");

/***/ }),

/***/ 896:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");

/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/************************************************************************/
var __webpack_exports__ = {};

;// CONCATENATED MODULE: external "node:child_process"
const external_node_child_process_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:child_process");
;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");
;// CONCATENATED MODULE: external "node:path"
const external_node_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");
;// CONCATENATED MODULE: external "node:readline"
const external_node_readline_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:readline");
;// CONCATENATED MODULE: external "node:v8"
const external_node_v8_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:v8");
;// CONCATENATED MODULE: external "node:crypto"
const external_node_crypto_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");
;// CONCATENATED MODULE: external "node:stream"
const external_node_stream_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");
;// CONCATENATED MODULE: external "node:zlib"
const external_node_zlib_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");
// EXTERNAL MODULE: ./node_modules/tar-stream/index.js
var tar_stream = __nccwpck_require__(118);
;// CONCATENATED MODULE: ./src/common/foreign.ts
/**
 * Text from elsewhere, in our errors and our log: what a registry, a channel, a file or another program said. The runner
 * takes a line that begins with `::`, behind any blanks, for a command, and `##[` anywhere in a line
 * (actions/runner, ActionCommand.cs); so nobody else's text begins a line of ours.
 */
/** What ends a line or moves the cursor, in a terminal or for the runner. */
// eslint-disable-next-line no-control-regex -- these are what it is about
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
/** How much of one message is of use to a reader. */
const longest = 2000;
/** Foreign text for a sentence of ours: one line, at most 2,000 characters of it. */
function foreign_foreignText(text) {
    return withoutCommands(shortened(text.replace(control, ' ').trim()));
}
/** Foreign text that needs its lines, such as an explanation by micromamba: each of them behind a bar. */
function foreignLines(text) {
    const lines = text.trimEnd().split(/\r\n|[\n\r\u2028\u2029]/);
    return lines
        .map((line) => `| ${line.replace(control, ' ')}`.trimEnd())
        .join('\n')
        .replaceAll('##[', '## [');
}
/**
 * The same text, whatever it holds, with nothing in it that the runner obeys: the last guard, for messages that are put
 * together of our text and that of others. It changes no text that is ours alone.
 */
function withoutCommands(text) {
    return text
        .replaceAll('##[', '## [')
        .replace(/(^|[\n\r\u2028\u2029])([^\S\n\r\u2028\u2029]*)::/g, '$1$2| ::');
}
function shortened(text) {
    return text.length > longest ? `${text.slice(0, longest)} …` : text;
}

;// CONCATENATED MODULE: ./src/common/errors.ts

/**
 * An error that the user of the action caused or can mend. Its message stands alone in the log: what happened,
 * where, and what to do. Everything else that is thrown is a bug of ours and keeps its stack.
 */
class errors_UserError extends Error {
    /** The input the error is about, when it is about one. */
    input;
    /** The file the error is about, and the 1-based line in it. */
    file;
    line;
    /**
     * @param what one sentence: what happened, with the offending value; secrets already masked, text of others as
     *   `foreignText` or `foreignLines` gives it
     * @param at where: an input's name, a file with its line, a URL
     * @param advice what to do about it, an imperative sentence
     */
    constructor(what, options = {}) {
        const { at = {}, advice } = options;
        const place = at.input
            ? `input '${at.input}': `
            : at.file
                ? `${at.file}${at.line ? `:${at.line}` : ''}: `
                : at.url
                    ? `${at.url}: `
                    : '';
        // Whatever text of others is in it: it may be written to the log, where the runner reads commands.
        super(withoutCommands(`${place}${what}${advice ? `\n${advice}` : ''}`), { cause: options.cause });
        this.name = 'UserError';
        this.input = at.input;
        this.file = at.file;
        this.line = at.line;
    }
}
/** The message of anything thrown, for a sentence of our own: one line, unless it is a UserError's. */
function messageOf(error) {
    if (error instanceof errors_UserError)
        return error.message;
    return foreign_foreignText(error instanceof Error ? error.message : String(error));
}

;// CONCATENATED MODULE: ./src/common/paths.ts
/** Linux's (limits.h): bytes of a name. */
const nameLimit = 255;
/** Of Linux's 4,096 bytes (PATH_MAX) some are for the prefix, and for the folder that a container engine unpacks an image in. */
const pathLimit = 3840;
/**
 * Why no image can have a file of this path: the end of a sentence.
 * @param path with `/` between names
 */
function paths_unusableName(path) {
    if (path.includes('\0'))
        return 'holds a NUL';
    // What would be written as another character would be another path.
    if (!path.isWellFormed())
        return 'is no text';
    // A code unit is three bytes at most.
    if (path.length * 3 <= nameLimit)
        return undefined;
    const bytes = Buffer.byteLength(path);
    if (bytes > pathLimit)
        return `has ${bytes} bytes, and ${pathLimit} are the most`;
    if (bytes <= nameLimit)
        return undefined;
    const isLong = path.split('/').some((name) => Buffer.byteLength(name) > nameLimit);
    return isLong ? `has a name of more than ${nameLimit} bytes` : undefined;
}

;// CONCATENATED MODULE: ./src/base/zstd-frames.ts

/** The fields of the format that say how long something is; everything else is passed on unseen. Bytes of each. */
const fieldSizes = { magic: 4, skippableSize: 4, descriptor: 1, blockHeader: 3 };
const frameMagic = 0xfd2fb528;
const repeatedByte = 1;
/**
 * Passes a zstd stream on with no chunk that holds bytes of two frames. Node's decoder takes what stands behind a
 * frame in the same chunk for garbage and ends there, without an error; images made for lazy pulling (zstd:chunked)
 * have a frame for each file. The format is RFC 8878's, section 3; what is not of it is left for the decoder to refuse.
 */
class ZstdFrames extends external_node_stream_namespaceObject.Transform {
    #field = 'magic';
    /** Those bytes of the field that have been there, the lowest first. */
    #bytes = [];
    /** Bytes before the next field. */
    #unseen = 0;
    #hasChecksum = false;
    #isLast = false;
    _transform(chunk, _encoding, done) {
        let start = 0;
        for (let at = 0; at < chunk.length;) {
            if (this.#unseen > 0) {
                const passed = Math.min(this.#unseen, chunk.length - at);
                this.#unseen -= passed;
                at += passed;
            }
            else {
                this.#bytes.push(chunk[at++] ?? 0);
                if (this.#bytes.length === fieldSizes[this.#field])
                    this.#readField();
            }
            if (this.#isLast && this.#unseen === 0) {
                this.push(chunk.subarray(start, at));
                start = at;
                this.#field = 'magic';
                this.#isLast = false;
            }
        }
        if (start < chunk.length)
            this.push(chunk.subarray(start));
        done();
    }
    #readField() {
        const value = this.#bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
        this.#bytes = [];
        switch (this.#field) {
            case 'magic':
                if (value === frameMagic)
                    this.#field = 'descriptor';
                else if (value >>> 4 === 0x184d2a5)
                    this.#field = 'skippableSize';
                else
                    this.#unseen = Infinity;
                break;
            case 'skippableSize':
                this.#unseen = value;
                this.#isLast = true;
                break;
            case 'descriptor':
                this.#unseen = headerSize(value);
                this.#hasChecksum = (value & 4) !== 0;
                this.#field = 'blockHeader';
                break;
            case 'blockHeader':
                this.#unseen = ((value >> 1) & 3) === repeatedByte ? 1 : value >> 3;
                this.#isLast = (value & 1) === 1;
                if (this.#isLast && this.#hasChecksum)
                    this.#unseen += 4;
                break;
        }
    }
}
/** Bytes of a frame's header behind its descriptor: window, dictionary, size of the content. */
function headerSize(descriptor) {
    const isSingleSegment = (descriptor & 0x20) !== 0;
    const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
    const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
    return (isSingleSegment ? 0 : 1) + dictionary + contentSize;
}

;// CONCATENATED MODULE: ./src/base/layer-tar.ts









/** Bytes that a decoder gives at a time: with Node's 16 kB, handing them over costs more than decoding them. */
const decodedChunk = 512 * 1024;
/** It decodes some of them ahead, on another core, while what was decoded before is written or looked at. */
const decoding = { chunkSize: decodedChunk, readableHighWaterMark: 8 * decodedChunk };
function blobOf(layer) {
    return { mediaType: layer.descriptor.mediaType, open: () => layer.open() };
}
/**
 * Reads a layer as a stream from its first byte to its last: a blob is known to be the right one at its end.
 * @throws UserError for an entry that no file system can have, and when the bytes are not those of the diff ID
 */
async function* layer_tar_readLayerTar({ mediaType, open, diffId }) {
    const tar = (0,tar_stream.extract)();
    const { promise: ended, resolve, reject } = Promise.withResolvers();
    const hashed = diffId === undefined ? [] : [heldAgainst(diffId)];
    (0,external_node_stream_namespaceObject.pipeline)([await open(), ...decoder(mediaType), ...hashed, tar], (error) => {
        if (error)
            reject(error);
        else
            resolve(undefined);
    });
    ended.catch(() => undefined); // awaited below, unless the tar itself is at fault
    for await (const stream of tar) {
        const header = checked(stream.header);
        const path = cleanPath(header.name);
        // The library types its streams as giving anything; a tar's entries give bytes.
        if (path !== '')
            yield { path, header, content: stream };
        stream.resume();
    }
    await ended;
}
/** The same, begun at once: what is read first waits for whoever asks for it. */
function beginLayerTar(layer) {
    const entries = layer_tar_readLayerTar(layer);
    const first = entries.next();
    first.catch(() => undefined); // thrown again to whoever asks
    return (async function* () {
        const { done, value } = (await first);
        if (done)
            return;
        yield value;
        yield* entries;
    })();
}
/** Passes bytes on, and ends with an error when they are not those of the digest. */
function heldAgainst(diffId) {
    const hash = (0,external_node_crypto_namespaceObject.createHash)('sha256');
    return new external_node_stream_namespaceObject.Transform({
        transform(chunk, _encoding, done) {
            hash.update(chunk);
            done(null, chunk);
        },
        flush(done) {
            const digest = `sha256:${hash.digest('hex')}`;
            if (digest === diffId)
                done();
            else
                done(new errors_UserError(`a layer is ${digest} when it is unpacked, and the config says ${diffId}`, {
                    at: { input: 'base-image' },
                    advice: 'No engine would run such an image. Have it pushed again, or use another.',
                }));
        },
    });
}
/** Says of an entry what is not there as well. @throws UserError for what could not be unpacked anywhere */
function checked(header) {
    const { name, type, linkname, size, mtime } = header;
    const refuse = (what) => new errors_UserError(`a layer of the image holds '${foreign_foreignText(name)}', ${what}`, {
        at: { input: 'base-image' },
        advice: 'No engine would run such an image. Use another.',
    });
    const unusable = paths_unusableName(name);
    if (unusable !== undefined)
        throw refuse(`whose name ${unusable}`);
    const isLink = type === 'link' || type === 'symlink';
    if (isLink && (!linkname || linkname.includes('\0') || Buffer.byteLength(linkname) > 4095)) {
        throw refuse('a link that leads nowhere');
    }
    // Of an entry whose size it cannot read the library gives neither bytes nor an end.
    if (size === null)
        throw refuse('of a size that is no number');
    const time = Number.isFinite(mtime.getTime()) ? mtime : new Date(0);
    return { ...header, linkname: linkname ?? '', size, mtime: time, mode: header.mode || 0 };
}
/** The decoders of a layer's media type; those of Docker's names have been translated. */
function decoder(mediaType) {
    if (mediaType.endsWith('+gzip'))
        return [(0,external_node_zlib_namespaceObject.createGunzip)(decoding)];
    if (mediaType.endsWith('+zstd'))
        return [new ZstdFrames(), (0,external_node_zlib_namespaceObject.createZstdDecompress)(decoding)];
    return [];
}
/**
 * A number that a header has no room for stands in a PAX header, of which the library's types know nothing. What is no
 * number of a user is root's.
 */
function ownerOf(header) {
    const pax = header.pax ?? {};
    const number = (field) => {
        const value = Number(field);
        return Number.isInteger(value) && value >= 0 && value < 2 ** 32 ? value : 0;
    };
    return { uid: number(pax.uid ?? header.uid), gid: number(pax.gid ?? header.gid) };
}
function isFile({ type }) {
    return type === 'file' || type === 'contiguous-file';
}
/** `./etc/../etc/passwd/` is `etc/passwd`; nothing leads out of the root. */
function cleanPath(path) {
    return external_node_path_namespaceObject.posix.join('/', path).replace(/\/$/, '').slice(1);
}

;// CONCATENATED MODULE: ./src/common/format.ts
const units = ['B', 'kB', 'MB', 'GB', 'TB'];
/** Bytes for people: three significant figures, powers of a thousand. */
function formatBytes(bytes) {
    const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
    const value = bytes / 1000 ** power;
    return `${power === 0 ? value : Number(value.toPrecision(3))} ${units[power] ?? 'B'}`;
}
/** `1 file`, `2 files` */
function formatCount(count, noun) {
    return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
/** Units with their seconds, and up to how many of these they are used. */
const spans = [
    ['second', 1, 90],
    ['minute', 60, 90 * 60],
    ['hour', 3600, 48 * 3600],
    ['day', 86_400, Infinity],
];
/** A time for people, in the unit that suits it, rounded up: `90 seconds`, `50 minutes`, `365 days`. */
function formatSeconds(seconds) {
    const [noun, size] = spans.find(([, , most]) => seconds <= most) ?? spans[3];
    return formatCount(Math.ceil(seconds / size), noun);
}
/** A difference of bytes, with its sign: `+3.1 MB`, `−12 kB`, `±0 B`. */
function formatGrowth(bytes) {
    if (bytes === 0)
        return '±0 B';
    return `${bytes > 0 ? '+' : '−'}${formatBytes(Math.abs(bytes))}`;
}
/** One difference, or the smallest and the largest of several. */
function formatGrowths(differences) {
    const [least, most] = [Math.min(...differences), Math.max(...differences)].map(formatGrowth);
    return least === most ? (least ?? '') : `${least ?? ''} to ${most ?? ''}`;
}

;// CONCATENATED MODULE: ./src/common/disk.ts




/** Where a job's files are, by the variables that name the places. */
const places = ['RUNNER_TEMP', 'RUNNER_TOOL_CACHE', 'GITHUB_WORKSPACE'];
/**
 * What is wrong with a disk, where a file system refused something because of its state or of who asks.
 * @returns undefined for every other error
 */
function describeDiskError(error, { file, needed } = {}) {
    if (!isSystemError(error))
        return undefined;
    const path = file ?? error.dest ?? error.path;
    const place = path === undefined ? 'a file' : nameOf(path);
    if (error.code === 'ENOSPC') {
        const full = path ?? fullestPlace();
        const where = path === undefined && full !== undefined ? `${place} in ${nameOf(full)}` : place;
        return { what: `there is no room left for ${where}${roomAt(full, needed)}`, advice: moreRoom };
    }
    if (error.code === 'EDQUOT') {
        return { what: `the quota of this user is used up at ${place}${wanted(needed)}`, advice: moreRoom };
    }
    if (error.code === 'EROFS')
        return { what: `${place} is on a disk that is read-only`, advice: otherPlace };
    // Programs and sockets are refused so too.
    const isOfFile = path !== undefined && !/^(spawn|connect|bind|listen)/.test(error.syscall ?? '');
    if (!isOfFile || (error.code !== 'EACCES' && error.code !== 'EPERM'))
        return undefined;
    return { what: `this user may not do that to ${place}: ${error.message}`, advice: otherPlace };
}
/** The user's error for what `describeDiskError` describes. */
function diskError(error, about) {
    const described = describeDiskError(error, about);
    return described && new errors_UserError(described.what, { advice: described.advice, cause: error });
}
const moreRoom = 'Free some of it, for instance by removing what the runner has preinstalled, or use a runner with a larger disk.';
const otherPlace = 'Make it writable for the user of the job, or name another place.';
function isSystemError(error) {
    return typeof error === 'object' && error !== null && 'code' in error && 'syscall' in error;
}
function nameOf(path) {
    const variable = places.find((name) => path.startsWith(process.env[name] ?? '\0'));
    return `'${path}'${variable === undefined ? '' : ` (in ${variable})`}`;
}
/** Where a write found no room that the system does not name the file of: it does so for what is open already. */
function fullestPlace() {
    const rooms = places.flatMap((name) => {
        const path = process.env[name];
        try {
            if (!path)
                return [];
            const { bavail, bsize } = (0,external_node_fs_namespaceObject.statfsSync)(path);
            return [{ path, room: bavail * bsize }];
        }
        catch {
            return [];
        }
    });
    return rooms.sort((a, b) => a.room - b.room)[0]?.path;
}
function roomAt(path, needed) {
    for (let above = path; above !== undefined; above = (0,external_node_path_namespaceObject.dirname)(above) === above ? undefined : (0,external_node_path_namespaceObject.dirname)(above)) {
        try {
            const { bavail, blocks, bsize } = (0,external_node_fs_namespaceObject.statfsSync)(above);
            return `: ${formatBytes(bavail * bsize)} of ${formatBytes(blocks * bsize)} are free${wanted(needed)}`;
        }
        catch {
            // It is not there; what is above it may be.
        }
    }
    return wanted(needed);
}
function wanted(needed) {
    return needed === undefined ? '' : `, and it takes about ${formatBytes(needed)}`;
}

;// CONCATENATED MODULE: external "node:fs/promises"
const promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");
;// CONCATENATED MODULE: ./src/execute/conditions.ts

/** What is the same for every command, wherever it runs and whoever runs it. */
const hostname = 'micromamba-image';
/** Relative to the root: what whoever runs a command puts into the file system, and what is there for its time only. */
const passing = [
    'proc',
    'sys',
    'dev',
    'run',
    'tmp',
    'etc/hosts',
    'etc/hostname',
    'etc/resolv.conf',
    '.dockerenv',
];
/** Whether a path is nothing of the image's: it is in no layer, whatever happens there. */
function isPassing(path) {
    return passing.some((place) => isBelow(path, place));
}
/** Whether a path is `place`, or below it. */
function isBelow(path, place) {
    return path === place || path.startsWith(`${place}/`);
}
/** The paths above one, the nearest first. */
function* above(path) {
    for (let parent = external_node_path_namespaceObject.posix.dirname(path); parent !== '.'; parent = external_node_path_namespaceObject.posix.dirname(parent))
        yield parent;
}

;// CONCATENATED MODULE: ./src/execute/seccomp.ts
/**
 * Which system calls a command may make. What is not named here does not exist for it: mounting, namespaces, kernel modules and keys,
 * bpf, performance counters, io_uring, user faults, other processes' memory, the machine's clock and name. docker's default
 * permits all that is permitted here, and more (moby, `profiles/seccomp/default.json`).
 *
 * Calls that an architecture or a runtime's libseccomp does not know are passed over by the runtime.
 */
const allowed = {
    'opening, reading and writing files': words(`
    open openat openat2 creat close close_range read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2
    lseek _llseek dup dup2 dup3 fcntl fcntl64 ioctl flock truncate truncate64 ftruncate ftruncate64 fallocate
    fsync fdatasync sync syncfs sync_file_range sync_file_range2 arm_sync_file_range readahead fadvise64 fadvise64_64 arm_fadvise64_64
    sendfile sendfile64 copy_file_range splice tee vmsplice pipe pipe2 memfd_create`),
    'asynchronous input and output of the older kind, which databases use': words(`
    io_setup io_submit io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64`),
    'what is where in the file system': words(`
    stat stat64 fstat fstat64 lstat lstat64 newfstatat fstatat64 statx statfs statfs64 fstatfs fstatfs64 access faccessat faccessat2
    getdents getdents64 readlink readlinkat getcwd chdir fchdir chroot name_to_handle_at
    inotify_init inotify_init1 inotify_add_watch inotify_rm_watch cachestat`),
    'changing the file system': words(`
    mkdir mkdirat mknod mknodat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat
    chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 fchownat lchown lchown32 umask
    utime utimes futimesat utimensat utimensat_time64
    getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr`),
    'waiting for files': words(`
    select _newselect pselect6 pselect6_time64 poll ppoll ppoll_time64 epoll_create epoll_create1 epoll_ctl
    epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4`),
    'the memory of the process': words(`
    brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock mlock2 mlockall munlock munlockall remap_file_pages
    membarrier pkey_alloc pkey_free pkey_mprotect map_shadow_stack mseal`),
    'programs and threads': words(`
    execve execveat fork vfork exit exit_group wait4 waitid waitpid gettid getpid getppid getpgid getpgrp setpgid getsid setsid
    set_tid_address set_robust_list get_robust_list futex futex_time64 futex_waitv futex_wait futex_wake futex_requeue rseq
    prctl arch_prctl set_thread_area get_thread_area set_tls cacheflush swapcontext riscv_flush_icache restart_syscall
    pidfd_open pidfd_send_signal seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self`),
    signals: words(`
    kill tkill tgkill pause sigaltstack sigprocmask sigreturn rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn
    rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo`),
    'users and capabilities, as far as the process has them': words(`
    getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32 getgroups getgroups32
    setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid setresuid32 setresgid setresgid32
    setfsuid setfsuid32 setfsgid setfsgid32 setgroups setgroups32 capget capset`),
    'limits, priorities and what was used': words(`
    getrlimit ugetrlimit setrlimit prlimit64 getrusage times getpriority setpriority ioprio_get ioprio_set getcpu
    sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam sched_getscheduler
    sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_rr_get_interval_time64`),
    time: words(`
    time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64 nanosleep clock_nanosleep clock_nanosleep_time64
    alarm getitimer setitimer timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64
    timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64`),
    'the network, and talking to other processes in the container': words(`
    bind listen accept accept4 connect shutdown getsockname getpeername getsockopt setsockopt socketpair
    send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64
    ipc shmget shmat shmdt shmctl semget semop semtimedop semtimedop_time64 semctl msgget msgsnd msgrcv msgctl
    mq_open mq_unlink mq_timedsend mq_timedsend_time64 mq_timedreceive mq_timedreceive_time64 mq_notify mq_getsetattr`),
    'the machine, by what it says of itself': words('uname sysinfo getrandom'),
};
const [EPERM, ENOSYS] = [1, 38];
/** Domains of sockets that reach the hypervisor (socket.h). */
const AF_VSOCK = 40;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET (sched.h). */
const cloneNewNamespaces = 0x7e020000;
/** PER_LINUX and PER_LINUX32, each with and without UNAME26, and the question which one it is (personality.h). */
const personalities = [0, 0x0008, 0x20000, 0x20008, 0xffffffff];
/** Of each kind of processor: what it is to libseccomp, and the 32-bit one that its programs may be for as well. */
const architectures = {
    x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
    arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
    ppc64: ['SCMP_ARCH_PPC64LE'],
    s390x: ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390'],
};
/**
 * The profile of all commands.
 * @param machine the kind of processor that makes the calls: this one's, also for a program that the kernel has emulated
 */
function seccompProfile(machine = process.arch) {
    // The order of clone's arguments is s390's own (clone(2)).
    const flags = machine === 's390x' ? 1 : 0;
    const special = [
        {
            names: ['clone'],
            action: 'SCMP_ACT_ALLOW',
            args: [{ index: flags, value: cloneNewNamespaces, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
        },
        // Its flags lie in memory, where no rule can look; the C library then takes clone.
        { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
        {
            names: ['socket'],
            action: 'SCMP_ACT_ALLOW',
            args: [{ index: 0, value: AF_VSOCK, op: 'SCMP_CMP_NE' }],
        },
        ...personalities.map((value) => ({
            names: ['personality'],
            action: 'SCMP_ACT_ALLOW',
            args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }],
        })),
    ];
    return {
        defaultAction: 'SCMP_ACT_ERRNO',
        defaultErrnoRet: EPERM,
        architectures: architectures[machine] ?? [],
        syscalls: [{ names: Object.values(allowed).flat(), action: 'SCMP_ACT_ALLOW' }, ...special],
    };
}
function words(text) {
    return text.trim().split(/\s+/);
}

;// CONCATENATED MODULE: ./src/execute/secrets.ts

/**
 * How a command gets its secrets, whoever runs it: over standard input, from which the first program in the container writes them into a
 * file system of its memory. So they are in no argument, variable, file of this machine, or layer.
 */
/** Where they are: a tmpfs of the command's user, mode 0700. */
const secretsFolder = '/run/secrets';
/**
 * Only builtins of bash, which would be gone with it. It begins without any file of its own, the command's BASH_ENV among them
 * (`-p`), and becomes the command, which finds its standard input empty.
 */
const script = [
    'umask 0377',
    `while IFS= read -r -d '' name && IFS= read -r -d '' value; do`,
    `  printf %s "$value" >"${secretsFolder}/$name" || exit 125`,
    'done',
    'umask 022',
    'exec "$@" </dev/null',
].join('\n');
/**
 * The arguments of a command that first takes its secrets from standard input.
 * @param bash its path in the image
 */
function withSecrets(args, bash = '/bin/bash') {
    return [bash, '-p', '-c', script, 'secrets', ...args];
}
/**
 * What it gets there: each name and each value, with a NUL behind it.
 * @param secrets file names with their content
 * @throws UserError for a name that is none, and for a value that no variable of a shell can hold; it is not in the message
 */
function secretsInput(secrets) {
    const parts = Object.entries(secrets).flatMap(([name, value]) => {
        if (!/^[\w-][\w.-]*$/.test(name)) {
            throw new errors_UserError(`'${name}' cannot be the name of a secret`, {
                at: { input: 'secrets' },
                advice: 'Use letters, digits, dots, dashes and underscores.',
            });
        }
        if (value.includes('\0')) {
            throw new errors_UserError(`the secret '${name}' holds a NUL byte`, {
                at: { input: 'secrets' },
                advice: 'Give it as base64, and have the command decode it.',
            });
        }
        return [name, value];
    });
    return parts.map((part) => `${part}\0`).join('');
}

;// CONCATENATED MODULE: ./src/execute/bundle.ts





/**
 * What root may do in a container: docker's default (moby, `daemon/pkg/oci/caps/defaults.go`) without NET_RAW, by which a command
 * could read what others on the machine's network send.
 */
const rootCapabilities = [
    'CAP_AUDIT_WRITE',
    'CAP_CHOWN',
    'CAP_DAC_OVERRIDE',
    'CAP_FOWNER',
    'CAP_FSETID',
    'CAP_KILL',
    'CAP_MKNOD',
    'CAP_NET_BIND_SERVICE',
    'CAP_SETFCAP',
    'CAP_SETGID',
    'CAP_SETPCAP',
    'CAP_SETUID',
    'CAP_SYS_CHROOT',
];
/** As docker hides them from containers, and keeps them from being written (moby, `daemon/pkg/oci/defaults.go`). */
const maskedPaths = [
    '/proc/acpi',
    '/proc/asound',
    '/proc/interrupts',
    '/proc/kcore',
    '/proc/keys',
    '/proc/latency_stats',
    '/proc/sched_debug',
    '/proc/scsi',
    '/proc/timer_list',
    '/proc/timer_stats',
    '/sys/devices/virtual/powercap',
    '/sys/firmware',
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];
/**
 * The `config.json` of a container that runs one command. It has namespaces of its own for all but the network, where the command
 * may use that; nothing of the machine's file system but what `place` names; and no variable but the command's. Its secrets come over
 * standard input, see `secrets.ts`. Without HOME among its variables runtimes add one, each as it sees fit.
 */
function ociConfig(command, place) {
    const { rootless } = place;
    const user = rootless ? { uid: 0, gid: 0 } : { uid: command.user.uid, gid: command.user.gid };
    const capabilities = command.user.uid === 0 ? rootCapabilities : [];
    const namespaces = [
        ...['pid', 'mount', 'ipc', 'uts', 'cgroup'],
        ...(command.network ? [] : ['network']),
        ...(rootless ? ['user'] : []),
    ];
    return {
        ociVersion: '1.0.2',
        process: {
            terminal: false,
            user: { ...user, umask: 0o022 },
            args: command.args,
            env: Object.entries(command.env).map(([name, value]) => `${name}=${value}`),
            cwd: command.cwd,
            // Nothing is inheritable: a program has what its user is, not what its caller was (CVE-2022-24769).
            capabilities: {
                bounding: capabilities,
                effective: capabilities,
                permitted: capabilities,
                inheritable: [],
                ambient: [],
            },
            noNewPrivileges: true,
        },
        root: { path: place.root, readonly: false },
        hostname: hostname,
        mounts: mountsOf(command, place, user),
        linux: {
            namespaces: namespaces.map((type) => ({ type })),
            ...(rootless
                ? { uidMappings: mappingTo(rootless.uid), gidMappings: mappingTo(rootless.gid) }
                : // The runtime adds the harmless ones. Who is not root can make no device and no such rule either.
                    { resources: { devices: [{ allow: false, access: 'rwm' }] } }),
            ...(place.seccomp && { seccomp: seccompProfile() }),
            maskedPaths,
            readonlyPaths,
        },
    };
}
function mappingTo(hostID) {
    return [{ containerID: 0, hostID, size: 1 }];
}
function mountsOf(command, place, user) {
    const own = ['nosuid', 'nodev'];
    const fresh = (type, destination, options) => ({
        destination,
        type,
        source: type,
        options,
    });
    const bound = (source, destination, options) => ({
        destination,
        type: 'bind',
        source,
        options: ['bind', 'rprivate', ...own, ...options],
    });
    const networkFile = (name) => bound((0,external_node_path_namespaceObject.join)(place.networkFiles, name), `/etc/${name}`, ['ro', 'noexec']);
    return [
        fresh('proc', '/proc', [...own, 'noexec']),
        fresh('tmpfs', '/dev', ['nosuid', 'strictatime', 'mode=0755', 'size=65536k']),
        // The group `tty` is 5 where there is such an id at all.
        fresh('devpts', '/dev/pts', [
            ...['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'],
            ...(place.rootless ? [] : ['gid=5']),
        ]),
        fresh('tmpfs', '/dev/shm', [...own, 'noexec', 'mode=1777', 'size=65536k']),
        fresh('mqueue', '/dev/mqueue', [...own, 'noexec']),
        // It shows a network, and only who owns that may mount it.
        ...(place.rootless && command.network ? [] : [fresh('sysfs', '/sys', [...own, 'noexec', 'ro'])]),
        bound(place.temporary, '/tmp', ['rw']),
        fresh('tmpfs', '/run', [...own, 'mode=0755']),
        ...(command.secrets === undefined
            ? []
            : [
                fresh('tmpfs', secretsFolder, [
                    ...[...own, 'noexec', 'mode=0700', 'size=16384k'],
                    ...[`uid=${user.uid}`, `gid=${user.gid}`],
                ]),
            ]),
        ...['hosts', 'hostname', ...(command.network ? ['resolv.conf'] : [])].map(networkFile),
    ];
}
/**
 * Makes a folder, unless it is there, with the `/etc/hosts` and `/etc/hostname` of all containers, and the machine's `/etc/resolv.conf`
 * for those that use its network.
 * @param folder its parent is there
 */
async function writeNetworkFiles(folder) {
    await (0,promises_namespaceObject.mkdir)(folder, { mode: 0o755, recursive: true });
    const hosts = [
        '127.0.0.1\tlocalhost',
        '::1\tlocalhost ip6-localhost ip6-loopback',
        `127.0.1.1\t${hostname}`,
    ];
    await (0,promises_namespaceObject.writeFile)((0,external_node_path_namespaceObject.join)(folder, 'hosts'), `${hosts.join('\n')}\n`, { mode: 0o644 });
    await (0,promises_namespaceObject.writeFile)((0,external_node_path_namespaceObject.join)(folder, 'hostname'), `${hostname}\n`, { mode: 0o644 });
    const resolver = (0,external_node_path_namespaceObject.join)(folder, 'resolv.conf');
    // Where there is none the resolver asks this machine.
    await (0,promises_namespaceObject.copyFile)('/etc/resolv.conf', resolver).catch(() => (0,promises_namespaceObject.writeFile)(resolver, ''));
}

;// CONCATENATED MODULE: ./src/common/digest.ts

const pattern = /^sha256:[0-9a-f]{64}$/;
function digest_isDigest(text) {
    return pattern.test(text);
}
/** @throws Error when `text` is no sha256 digest; callers that read user input check with `isDigest` first */
function parseDigest(text) {
    if (!digest_isDigest(text))
        throw new Error(`not a sha256 digest: '${text}'`);
    return text;
}
/** The digest of bytes, or of a string's UTF-8. */
function digest_digestOf(content) {
    return `sha256:${(0,external_node_crypto_namespaceObject.createHash)('sha256').update(content).digest('hex')}`;
}
/** The 64 hex digits of a digest. */
function hexOf(digest) {
    return digest.slice('sha256:'.length);
}

;// CONCATENATED MODULE: ./src/common/gitignore.ts

/**
 * Parses a line by git's rules (git-scm.com, gitignore, "PATTERN FORMAT"; git's wildmatch.c and dir.c). Names are compared with their case, by
 * characters where git goes by bytes.
 *
 * The rules are here, as Docker's are beside `copy`, since each pattern's part in what is left out is told, and the libraries that there
 * are answer for a list as a whole. A test holds them to git itself.
 * @returns undefined for an empty line and a comment
 * @throws UserError for what git would silently match with nothing: a class or an escape without its end
 */
function parseGitPattern(line) {
    const text = withoutSpaces(line);
    if (text === '' || text.startsWith('#'))
        return undefined;
    const isNegated = text.startsWith('!');
    const written = isNegated ? text.slice(1) : text;
    const isForDirectories = /[^/]\/$/.test(written);
    const pattern = isForDirectories ? written.slice(0, -1) : written;
    if (/^\/*$/.test(pattern))
        throw new errors_UserError(`'${text}' names nothing`);
    const isAnchored = pattern.includes('/');
    const expression = new RegExp(`^${sourceOf(pattern.replace(/^\//, ''), text)}$`, 'su');
    const matches = isAnchored
        ? (path) => expression.test(path)
        : (path) => expression.test(path.slice(path.lastIndexOf('/') + 1));
    return { text, isNegated, isForDirectories, matches };
}
/** A space at the end counts where a backslash stands before it. */
function withoutSpaces(line) {
    const [text = ''] = /^(?:\s*(?:\\[^]|[^\s\\]))*(?:\s*\\$)?/u.exec(line.trimStart()) ?? [];
    return text;
}
function sourceOf(pattern, text) {
    const tokens = pattern.matchAll(/\*+|\?|\\[^]?|\[[!^]?\]?(?:\[:\w*:\]|\\[^]|[^\]\\])*\]|[^]/gu);
    let source = '';
    let passed = -1;
    for (const { 0: token, index } of tokens) {
        if (index < passed)
            continue;
        const end = index + token.length;
        if (token.startsWith('**') && (index === 0 || pattern[index - 1] === '/')) {
            if (end === pattern.length)
                source += '.*';
            else if (pattern[end] === '/') {
                source += '(?:.*/)?';
                passed = end + 1;
            }
            else
                source += '[^/]*';
        }
        else if (token.startsWith('*'))
            source += '[^/]*';
        else if (token === '?')
            source += '[^/]';
        else if (token === '\\' || token === '[')
            throw new errors_UserError(`the pattern '${text}' ends in its '${token}'`);
        else if (token.startsWith('['))
            source += classOf(token, text);
        else
            source += escaped(token.replace(/^\\/, ''));
    }
    return source;
}
/** POSIX's classes, of ASCII. */
const classes = {
    alnum: 'A-Za-z0-9',
    alpha: 'A-Za-z',
    blank: ' \\t',
    cntrl: '\\x00-\\x1f\\x7f',
    digit: '0-9',
    graph: '\\x21-\\x7e',
    lower: 'a-z',
    print: '\\x20-\\x7e',
    punct: '\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e',
    space: '\\s',
    upper: 'A-Z',
    xdigit: 'A-Fa-f0-9',
};
/** `[a-z]`, `[!a-z]`, `[[:digit:]]`; none of them is a `/`. */
function classOf(token, text) {
    const isNegated = /^\[[!^]/.test(token);
    const content = token.slice(isNegated ? 2 : 1, -1);
    if (content === '')
        throw new errors_UserError(`the pattern '${text}' ends in its '['`);
    const items = content.matchAll(/\[:(\w*):\]|(\\?[^])(?:-(\\?[^]))?/gu);
    const members = Array.from(items, ([, name, from = '', to]) => {
        if (name !== undefined) {
            const members = classes[name];
            if (members === undefined)
                throw new errors_UserError(`the pattern '${text}' has a class '${name}', which there is not`);
            return members;
        }
        const [first, last] = [from.replace(/^\\(?=.)/su, ''), to?.replace(/^\\(?=.)/su, '')];
        if (last === undefined)
            return escaped(first);
        // git takes the first for itself before it looks at the range.
        return first <= last ? `${escaped(first)}-${escaped(last)}` : escaped(first);
    });
    return `(?!/)[${isNegated ? '^' : ''}${members.join('')}]`;
}
function escaped(text) {
    return text.replace(/[\\^$.*+?()[\]{}|/-]/g, (character) => character === '-' ? '\\x2d' : `\\${character}`);
}

;// CONCATENATED MODULE: ./src/packages/archive-path.ts



/**
 * A path that an archive or its metadata names, as a clean path below the package's root: `/` between names, no `.`,
 * no empty names, no trailing slash.
 * @param said who names it, for the message: `the archive`, `info/paths.json`
 * @throws UserError when the path could leave the prefix, names the root itself, or is one that no file of Linux can have
 */
function safePath(path, dist, said) {
    const refuse = (why) => new UserError(`package ${dist}: ${said} names the path ${foreignText(JSON.stringify(path))}, which ${why}`, {
        advice: 'Such a package is broken or hostile. Choose another build of it.',
    });
    const unusable = unusableName(path);
    if (unusable !== undefined)
        throw refuse(unusable);
    const isPlain = !/(?:^|\/)\.{0,2}(?:\/|$)/.test(path);
    if (isPlain)
        return path;
    if (path.startsWith('/'))
        throw refuse('is absolute');
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    if (names.includes('..'))
        throw refuse("has a '..' in it");
    if (names.length === 0)
        throw refuse('is empty');
    return names.join('/');
}
/** The paths of the directories above a path, the nearest first: `a/b` and `a` of `a/b/c`. */
function* parentsOf(path) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
        yield path.slice(0, end);
    }
}

;// CONCATENATED MODULE: ./src/prefix/exclude-sets.ts
/** The sets that `exclude` knows, by the name behind the `@`. What one of them leaves out, `!` takes back. */
const exclude_sets_excludeSets = {
    static: {
        patterns: ['*.a', '*.la'],
        safe: 'Archives of object code and the notes of libtool: linkers read them, the loader of programs never does.',
        unsafe: "Whoever links in a container: compilers (their own libgcc.a, python's and CUDA's libraries for devices), and what compiles when it runs, such as torch.compile, Cython, Rcpp or Stan.",
    },
    headers: {
        patterns: [
            '/include/',
            '/lib/R/include/',
            '/lib/R/library/*/include/',
            '/lib/python*/site-packages/**/include/**/*.h',
            '/lib/python*/site-packages/**/include/**/*.hh',
            '/lib/python*/site-packages/**/include/**/*.hpp',
            '/lib/python*/site-packages/**/include/**/*.cuh',
            '/lib/pkgconfig/',
            '/share/pkgconfig/',
            '/lib/cmake/',
            '/share/cmake/',
            '/share/aclocal/',
            '/lib/python*/config-*/',
        ],
        safe: "Headers, and what tells compilers of libraries (pkg-config, CMake, aclocal, python's config). In site-packages only headers in directories called include, of which modules may lie beside.",
        unsafe: 'Whoever compiles in a container: sdists of pip, R packages from source, cffi, Cython, torch.compile, triton, cppyy, CMake itself, whose modules are in share/cmake.',
    },
    docs: {
        patterns: ['/man/', '/share/man/', '/info/', '/share/info/', '/doc/', '/share/doc/', '/share/gtk-doc/'],
        safe: 'Pages of man and info, documentation and API references, for people. Licences in them are kept.',
        unsafe: 'People who ask man or --help that shows a page of man (git help), and the few programs that read templates or examples out of share/doc.',
    },
    tests: {
        patterns: [
            '/lib/python*/site-packages/**/tests/',
            '/lib/R/tests/',
            '/lib/R/library/*/tests/',
            '/lib/R/library/*/unitTests/',
        ],
        safe: 'Packages called tests inside of site-packages, and the tests of R and its libraries: imported by test runners. Directories called test or testing are kept, since those are interfaces (django.test, numpy.testing).',
        unsafe: "Whoever runs the tests of installed packages (numpy.test(), scipy.test(), tools::testInstalledPackage), and packages that import helpers or read data out of their own or another one's tests.",
    },
    locale: {
        patterns: ['/share/locale/', '/lib/R/library/*/po/', '/lib/R/library/translations/'],
        safe: "Translations of messages: programs fall back to the English that they are written in. Data of locales (the C library's, Babel's, ICU's) are kept, since programs compute with them.",
        unsafe: 'Whoever is to read messages in another language than English.',
    },
    debug: {
        patterns: [
            '/lib/debug/',
            '/lib/**/*.debug',
            '/bin/**/*.debug',
            '*.dwo',
            '*.dwp',
            '*.dSYM/',
            '/lib/**/*-gdb.py',
            '/share/gdb/',
        ],
        safe: 'Debugging information beside programs and libraries, and what gdb loads by itself. Files called *.pdb are kept: in most environments these are molecules.',
        unsafe: 'Whoever runs gdb, or reads crashes, in the container; backtraces of programs that are built to read such files lack lines.',
    },
};
/**
 * Files of licences: what an image gives away has to come with them. No set leaves them out, nor does a pattern that does not name
 * licences: `share/doc/` keeps `share/doc/zlib/LICENSE`, and `LICENSE*` leaves it out.
 */
const exclude_sets_words = /licen[cs]e|copying|copyright|notice/i;
const directory = /(?:^|\/)licen[cs]es?\/[^]/i;
const file = /(?:^|\/)(?:(?:third[-_ ]?party[-_ ]?)?(?:licen[cs]es?|notices?)|unlicen[cs]e|copying\d*|copyrights?)(?:[-_. ][^/]*)?$/i;
/** A module that is called so is none. */
const code = /\.(?:py[cix]?|pxd|so|c|cc|cpp|h|hpp|js|mjs|ts|r|rb|pl|pm|mo|a)$/i;
/** Whether a file is one of licences, by its own name or that of a directory above. */
function isLicence(path) {
    return exclude_sets_words.test(path) && (directory.test(path) || file.test(path)) && !code.test(path);
}
/** Whether the text of a pattern names licences. */
function namesLicences(pattern) {
    return exclude_sets_words.test(pattern);
}

;// CONCATENATED MODULE: ./src/prefix/exclude.ts




/** All patterns stand in a manifest, which is to stay small. */
const mostText = 32_000;
/**
 * Parses what is to be left out: a pattern a line as in a `.gitignore`, or a set, `@docs`; either with `!` to take back.
 * @returns the patterns, comments and empty lines left out, each once, where it stands last
 * @throws UserError for one that is no pattern, or a set that there is not
 */
function parseExclude(text, input) {
    const patterns = text.split(/\r?\n/).flatMap((line) => {
        try {
            return parseItem(line)?.text ?? [];
        }
        catch (error) {
            if (!(error instanceof UserError))
                throw error;
            throw new UserError(error.message, { at: { input } });
        }
    });
    const last = patterns.filter((pattern, index) => !patterns.includes(pattern, index + 1));
    if (last.join('\n').length > mostText)
        throw new UserError(`its patterns are more than ${mostText} characters`, { at: { input } });
    return last;
}
function parseItem(line) {
    const [, negation = '', name] = /^(!?)@(.*)$/.exec(line.trim()) ?? [];
    if (name === undefined) {
        const pattern = parseGitPattern(line);
        return pattern && { ...pattern, kind: 'pattern' };
    }
    const set = Object.entries(exclude_sets_excludeSets).find(([known]) => known === name)?.[1];
    if (!set) {
        const sets = Object.keys(exclude_sets_excludeSets).map((known) => `@${known}`);
        throw new errors_UserError(`there is no set '@${name}'. Use ${sets.join(', ')}, one a line; a name that begins with @ is written \\@.`);
    }
    const inside = new Matcher(set.patterns.flatMap((pattern) => parseItem(pattern) ?? []));
    return {
        kind: 'set',
        text: `${negation}@${name}`,
        isNegated: negation !== '',
        has: (path, type) => inside.excludedBy(path, type) !== undefined,
    };
}
const compiled = new WeakMap();
/** @param patterns as `parseExclude` gives them; the last that speaks of a path decides */
function exclusionOf(patterns) {
    const known = compiled.get(patterns);
    if (known)
        return known;
    const items = patterns.flatMap((line) => parseItem(line) ?? []);
    const isNaming = ({ kind, text }) => kind === 'pattern' && namesLicences(text);
    const [all, naming] = [new Matcher(items), new Matcher(items, isNaming)];
    const matcherOf = (path) => (isLicence(path) ? naming : all);
    const exclusion = {
        excludedBy(path, type) {
            if (isProtected(path))
                return undefined;
            const own = matcherOf(path).excludedBy(path, type);
            const source = exclude_sourceOf(path);
            return own ?? (source === undefined ? undefined : all.excludedBy(source));
        },
        touching(files) {
            const touched = new Set();
            const seen = new Map([all, naming].map((matcher) => [matcher, new Set()]));
            const look = (matcher, file) => {
                matcher.addTouching(file, touched, seen.get(matcher));
            };
            for (const file of files) {
                if (isProtected(file))
                    continue;
                look(matcherOf(file), file);
                const source = exclude_sourceOf(file);
                if (source !== undefined)
                    look(all, source);
            }
            return [...touched].sort((a, b) => a - b);
        },
    };
    compiled.set(patterns, exclusion);
    return exclusion;
}
/**
 * What no pattern leaves out: the records of packages, so that the image tells the truth about what is in it, and link scripts, whose
 * work would be missing in silence.
 */
function isProtected(path) {
    return (path === 'conda-meta' ||
        path.startsWith('conda-meta/') ||
        /^bin\/\.[^/]+-(?:pre-link|post-link|pre-unlink)\.sh$/.test(path));
}
/** The source of bytecode in a `__pycache__`: the one is of no use without the other. */
function exclude_sourceOf(path) {
    if (!path.endsWith('.pyc'))
        return undefined;
    const [, directory, name] = /^((?:.*\/)?)__pycache__\/([^/]+)\.[^/.]+(?:\.opt-\d)?\.pyc$/.exec(path) ?? [];
    return name === undefined ? undefined : `${directory ?? ''}${name}.py`;
}
/**
 * git's rules: of the patterns that match a path the last decides, and in a directory that is left out nothing is taken back. A set
 * speaks of files: what it leaves out can be taken back with their directory.
 */
class Matcher {
    /** The last first. */
    #items;
    #said = new Map();
    constructor(items, isUsed = () => true) {
        this.#items = [...items.entries()].filter(([, item]) => isUsed(item)).reverse();
    }
    excludedBy(path, type) {
        const above = this.#saidOf(parentOf(path));
        if (above.excludedBy !== undefined)
            return above.excludedBy;
        for (const [index, item] of this.#items) {
            const speaks = item.kind === 'set'
                ? index > above.takenBack && item.has(path, type)
                : (type === 'directory' || !item.isForDirectories) && item.matches(path);
            if (speaks)
                return item.isNegated ? undefined : index;
        }
        return undefined;
    }
    /** @param seen directories whose patterns have been added */
    addTouching(file, touched, seen = new Set()) {
        const directories = [];
        for (const parent of parentsOf(file)) {
            if (seen.has(parent))
                break;
            seen.add(parent);
            directories.push(parent);
        }
        for (const [index, item] of this.#items) {
            if (touched.has(index))
                continue;
            const speaks = item.kind === 'set'
                ? item.has(file)
                : (!item.isForDirectories && item.matches(file)) || directories.some(item.matches);
            if (speaks)
                touched.add(index);
        }
    }
    #saidOf(directory) {
        if (directory === '')
            return { takenBack: -1 };
        const known = this.#said.get(directory);
        if (known)
            return known;
        const above = this.#saidOf(parentOf(directory));
        const said = above.excludedBy === undefined ? this.#sayOf(directory, above) : above;
        this.#said.set(directory, said);
        return said;
    }
    #sayOf(directory, above) {
        const found = this.#items.find(([, item]) => item.kind === 'pattern' && item.matches(directory));
        if (!found)
            return above;
        const [index, { isNegated }] = found;
        if (!isNegated)
            return { excludedBy: index, takenBack: above.takenBack };
        return { takenBack: Math.max(above.takenBack, index) };
    }
}
function parentOf(path) {
    return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

;// CONCATENATED MODULE: ./src/layers/left-out.ts




/** The annotation of a layer's descriptor that says what was left out of it. */
const leftOutAnnotation = 'io.github.micromamba-image.left-out';
/** The annotation of a manifest, and the label of an image, that hold the patterns, one a line. */
const excludeAnnotation = 'io.github.micromamba-image.exclude';
const setPatterns = Object.keys(exclude_sets_excludeSets).map((name) => `@${name}`);
/** Says what patterns do to the files that a layer would have, relative to the prefix. */
function findLeftOut(files, exclude) {
    const exclusion = exclusionOf(exclude);
    // A directory that is listed for itself is one above nothing.
    const paths = files.map(({ path, type }) => (type === 'directory' ? `${path}/` : path));
    const counts = new Map(exclusion.touching(paths).map((index) => [index, { pattern: exclude[index] ?? '', files: 0, bytes: 0 }]));
    const excluded = [];
    // Of files that several packages have the last one counts.
    const wouldBe = new Map(counts.size > 0 ? files.map((file) => [file.path, file]) : []);
    for (const { path, size, type } of wouldBe.values()) {
        const count = counts.get(exclusion.excludedBy(path, type) ?? -1);
        if (!count)
            continue;
        excluded.push(path);
        if (type === 'directory')
            continue;
        count.files++;
        count.bytes += size;
    }
    return {
        ...(excluded.length > 0 && { paths: digest_digestOf(JSON.stringify(excluded.sort())) }),
        sets: exclusionOf(setPatterns)
            .touching(paths)
            .flatMap((index) => setPatterns[index] ?? []),
        patterns: [...counts.values()],
    };
}
/** The files of plans in which nothing is left out, with what their packages say of their sizes. */
function filesOf(plans) {
    return plans.flatMap((plan) => {
        const sizes = new Map();
        for (const { file, path, shadowed } of plan.files)
            if (!shadowed)
                sizes.set(path, file.size);
        if ('generated' in plan)
            for (const { path, bytes } of plan.generated)
                sizes.set(path, bytes.length);
        const directories = plan.files.flatMap(({ file, path }) => 'type' in file && file.type === 'directory' ? [{ path, size: 0, type: file.type }] : []);
        return [...plan.paths.map((path) => ({ path, size: sizes.get(path) ?? 0 })), ...directories];
    });
}
/**
 * Whether patterns do to a layer what others did to it.
 * @param known what those did
 * @param others all of those
 * @returns false also where that is not known without the layer's files
 */
function sameLeftOut(exclude, known, others) {
    if (known.isPartial)
        return false;
    const touchedBefore = new Set(known.patterns.map(({ pattern }) => pattern));
    const touched = [];
    for (const pattern of exclude) {
        const set = pattern.replace(/^!/, '');
        const isSet = setPatterns.includes(set);
        if (!isSet && !others.includes(pattern))
            return false;
        if (isSet ? known.sets.includes(set) : touchedBefore.has(pattern))
            touched.push(pattern);
    }
    return (touched.length === known.patterns.length &&
        known.patterns.every(({ pattern }, index) => pattern === touched[index]));
}
/** To be raised when patterns or licences come to mean something else. */
const leftOutRules = 1;
/** Tells what an annotation was made by: a base may have layers of ours, too, with the counts of other patterns. */
function rulesOf(exclude) {
    return digestOf(JSON.stringify([leftOutRules, excludeSets, exclude])).slice('sha256:'.length, 'sha256:'.length + 16);
}
/**
 * As a text for the annotation, `<rules> <key> <sets> <pattern>:<files>:<bytes>,…`, of patterns their positions; `?` for them where there
 * is no room, which means for each run to look at the layer's packages.
 * @param exclude all patterns
 * @param whole the key of the layer if nothing were left out, where that is another one
 */
function formatLeftOut({ sets, patterns, isPartial = false }, exclude, whole) {
    const counts = patterns.map(({ pattern, files, bytes }) => `${exclude.indexOf(pattern)}:${files}:${bytes}`);
    const names = sets.map((set) => set.slice(1));
    const start = `${rulesOf(exclude)} ${whole ?? '-'} ${names.join(',') || '-'}`;
    const text = `${start} ${counts.join(',') || '-'}`;
    return !isPartial && hasRoom(text, leftOutLimit) ? text : `${start} ?`;
}
/**
 * @param exclude all patterns of the image that has the layer
 * @returns undefined for anything else, and for what was made by other rules
 */
function parseLeftOut(text, exclude) {
    const [by, whole = '', names = '', counts = ''] = text.split(' ');
    if (by !== rulesOf(exclude) || (whole !== '-' && !isDigest(whole)))
        return undefined;
    const sets = items(names).map((name) => `@${name}`);
    const isPartial = counts === '?';
    const patterns = (isPartial ? [] : items(counts)).map((count) => {
        const [index, files, bytes] = count.split(':').map(Number);
        return { pattern: exclude[index ?? -1] ?? '', files: files ?? 0, bytes: bytes ?? 0 };
    });
    const parsed = { ...(whole !== '-' && { whole }), sets, patterns, ...(isPartial && { isPartial }) };
    return formatLeftOut(parsed, exclude, parsed.whole) === text ? parsed : undefined;
}
function items(text) {
    return text === '-' ? [] : text.split(',');
}
/** The patterns that a manifest speaks of. */
function patternsOf(annotations) {
    return annotations[excludeAnnotation]?.split('\n') ?? [];
}

;// CONCATENATED MODULE: external "node:stream/promises"
const external_node_stream_promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream/promises");
;// CONCATENATED MODULE: ./src/common/rechunk.ts
/**
 * The same bytes in chunks of one size, the last one shorter; what came before an error is given before the error. Two
 * buffers take turns, since a gigabyte of new ones would let memory grow faster than it is collected: a chunk is good until
 * the one after the next is asked for.
 * @param size bytes
 */
async function* rechunk(bytes, size) {
    let [buffer, other] = [Buffer.allocUnsafe(size), Buffer.allocUnsafe(size)];
    let filled = 0;
    try {
        for await (const chunk of bytes) {
            if (filled === 0 && chunk.length === size) {
                yield chunk;
                continue;
            }
            for (let offset = 0; offset < chunk.length;) {
                const taken = Math.min(chunk.length - offset, size - filled);
                buffer.set(chunk.subarray(offset, offset + taken), filled);
                filled += taken;
                offset += taken;
                if (filled === size) {
                    yield buffer;
                    [buffer, other] = [other, buffer];
                    filled = 0;
                }
            }
        }
    }
    catch (error) {
        if (filled > 0)
            yield buffer.subarray(0, filled);
        throw error;
    }
    if (filled > 0)
        yield buffer.subarray(0, filled);
}

;// CONCATENATED MODULE: external "module"
const external_module_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("module");
;// CONCATENATED MODULE: ./node_modules/fflate/esm/index.mjs

var esm_require = (0,external_module_namespaceObject.createRequire)('/');
// DEFLATE is a complex format; to read this code, you should probably check the RFC first:
// https://tools.ietf.org/html/rfc1951
// You may also wish to take a look at the guide I made about this program:
// https://gist.github.com/101arrowz/253f31eb5abc3d9275ab943003ffecad
// Some of the following code is similar to that of UZIP.js:
// https://github.com/photopea/UZIP.js
// However, the vast majority of the codebase has diverged from UZIP.js to increase performance and reduce bundle size.
// Sometimes 0 will appear where -1 would be more appropriate. This is because using a uint
// is better for memory in most engines (I *think*).
var _a;
// Mediocre shim
var Worker;
var isMarkedAsUntransferable;
var workerAdd = ";var __w=require('worker_threads');__w.parentPort.on('message',function(m){onmessage({data:m})}),postMessage=function(m,t){__w.parentPort.postMessage(m,t)},close=process.exit;self=global";
try {
    (_a = esm_require('worker_threads'), Worker = _a.Worker, isMarkedAsUntransferable = _a.isMarkedAsUntransferable);
}
catch (e) {
}
var wk = (/* unused pure expression or super */ null && (Worker ? function (c, _, msg, transfer, cb) {
    var done = false;
    var w = new Worker(c + workerAdd, { eval: true })
        .on('error', function (e) { return cb(e, null); })
        .on('message', function (m) { return cb(null, m); })
        .on('exit', function (c) {
        if (c && !done)
            cb(new Error('exited with code ' + c), null);
    });
    if (isMarkedAsUntransferable)
        transfer = transfer.filter(function (t) { return !isMarkedAsUntransferable(t); });
    w.postMessage(msg, transfer);
    w.terminate = function () {
        done = true;
        return Worker.prototype.terminate.call(w);
    };
    return w;
} : function (_, __, ___, ____, cb) {
    setImmediate(function () { return cb(new Error('async operations unsupported - update to Node 12+ (or Node 10-11 with the --experimental-worker CLI flag)'), null); });
    var NOP = function () { };
    return {
        terminate: NOP,
        postMessage: NOP
    };
}));

// aliases for shorter compressed code (most minifers don't do this)
var u8 = Uint8Array, u16 = Uint16Array, i32 = Int32Array;
// fixed length extra bits
var fleb = new u8([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0, /* unused */ 0, 0, /* impossible */ 0]);
// fixed distance extra bits
var fdeb = new u8([0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, /* unused */ 0, 0]);
// code length index map
var clim = new u8([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);
// get base, reverse index map from extra bits
var freb = function (eb, start) {
    var b = new u16(31);
    for (var i = 0; i < 31; ++i) {
        b[i] = start += 1 << eb[i - 1];
    }
    // numbers here are at max 18 bits
    var r = new i32(b[30]);
    for (var i = 1; i < 30; ++i) {
        for (var j = b[i]; j < b[i + 1]; ++j) {
            r[j] = ((j - b[i]) << 5) | i;
        }
    }
    return { b: b, r: r };
};
var _a = freb(fleb, 2), fl = _a.b, revfl = _a.r;
// we can ignore the fact that the other numbers are wrong; they never happen anyway
fl[28] = 258, revfl[258] = 28;
var _b = freb(fdeb, 0), fd = _b.b, revfd = _b.r;
// map of value to reverse (assuming 16 bits)
var rev = new u16(32768);
for (var i = 0; i < 32768; ++i) {
    // reverse table algorithm from SO
    var x = ((i & 0xAAAA) >> 1) | ((i & 0x5555) << 1);
    x = ((x & 0xCCCC) >> 2) | ((x & 0x3333) << 2);
    x = ((x & 0xF0F0) >> 4) | ((x & 0x0F0F) << 4);
    rev[i] = (((x & 0xFF00) >> 8) | ((x & 0x00FF) << 8)) >> 1;
}
// create huffman tree from u8 "map": index -> code length for code index
// mb (max bits) must be at most 15
// TODO: optimize/split up?
var hMap = (function (cd, mb, r) {
    var s = cd.length;
    // index
    var i = 0;
    // u16 "map": index -> # of codes with bit length = index
    var l = new u16(mb);
    // length of cd must be 288 (total # of codes)
    for (; i < s; ++i) {
        if (cd[i])
            ++l[cd[i] - 1];
    }
    // u16 "map": index -> minimum code for bit length = index
    var le = new u16(mb);
    for (i = 1; i < mb; ++i) {
        le[i] = (le[i - 1] + l[i - 1]) << 1;
    }
    var co;
    if (r) {
        // u16 "map": index -> number of actual bits, symbol for code
        co = new u16(1 << mb);
        // bits to remove for reverser
        var rvb = 15 - mb;
        for (i = 0; i < s; ++i) {
            // ignore 0 lengths
            if (cd[i]) {
                // num encoding both symbol and bits read
                var sv = (i << 4) | cd[i];
                // free bits
                var r_1 = mb - cd[i];
                // start value
                var v = le[cd[i] - 1]++ << r_1;
                // m is end value
                for (var m = v | ((1 << r_1) - 1); v <= m; ++v) {
                    // every 16 bit value starting with the code yields the same result
                    co[rev[v] >> rvb] = sv;
                }
            }
        }
    }
    else {
        co = new u16(s);
        for (i = 0; i < s; ++i) {
            if (cd[i]) {
                co[i] = rev[le[cd[i] - 1]++] >> (15 - cd[i]);
            }
        }
    }
    return co;
});
// fixed length tree
var flt = new u8(288);
for (var i = 0; i < 144; ++i)
    flt[i] = 8;
for (var i = 144; i < 256; ++i)
    flt[i] = 9;
for (var i = 256; i < 280; ++i)
    flt[i] = 7;
for (var i = 280; i < 288; ++i)
    flt[i] = 8;
// fixed distance tree
var fdt = new u8(32);
for (var i = 0; i < 32; ++i)
    fdt[i] = 5;
// fixed length map
var flm = /*#__PURE__*/ hMap(flt, 9, 0), flrm = /*#__PURE__*/ (/* unused pure expression or super */ null && (hMap(flt, 9, 1)));
// fixed distance map
var fdm = /*#__PURE__*/ hMap(fdt, 5, 0), fdrm = /*#__PURE__*/ (/* unused pure expression or super */ null && (hMap(fdt, 5, 1)));
// find max of array
var max = function (a) {
    var m = a[0];
    for (var i = 1; i < a.length; ++i) {
        if (a[i] > m)
            m = a[i];
    }
    return m;
};
// read d, starting at bit p and mask with m
var bits = function (d, p, m) {
    var o = (p / 8) | 0;
    return ((d[o] | (d[o + 1] << 8)) >> (p & 7)) & m;
};
// read d, starting at bit p continuing for at least 16 bits
var bits16 = function (d, p) {
    var o = (p / 8) | 0;
    return ((d[o] | (d[o + 1] << 8) | (d[o + 2] << 16)) >> (p & 7));
};
// get end of byte
var shft = function (p) { return ((p + 7) / 8) | 0; };
// typed array slice - allows garbage collector to free original reference,
// while being more compatible than .slice
var slc = function (v, s, e) {
    if (s == null || s < 0)
        s = 0;
    if (e == null || e > v.length)
        e = v.length;
    // can't use .constructor in case user-supplied
    return new u8(v.subarray(s, e));
};
/**
 * Codes for errors generated within this library
 */
var FlateErrorCode = {
    UnexpectedEOF: 0,
    InvalidBlockType: 1,
    InvalidLengthLiteral: 2,
    InvalidDistance: 3,
    StreamFinished: 4,
    NoStreamHandler: 5,
    InvalidHeader: 6,
    NoCallback: 7,
    InvalidUTF8: 8,
    ExtraFieldTooLong: 9,
    InvalidDate: 10,
    FilenameTooLong: 11,
    StreamFinishing: 12,
    InvalidZipData: 13,
    UnknownCompressionMethod: 14
};
// error codes
var ec = [
    'unexpected EOF',
    'invalid block type',
    'invalid length/literal',
    'invalid distance',
    'stream finished',
    'no stream handler',
    , // determined by compression function
    'no callback',
    'invalid UTF-8 data',
    'extra field too long',
    'date not in range 1980-2099',
    'filename too long',
    'stream finishing',
    'invalid zip data'
    // determined by unknown compression method
];
;
var err = function (ind, msg, nt) {
    var e = new Error(msg || ec[ind]);
    e.code = ind;
    if (Error.captureStackTrace)
        Error.captureStackTrace(e, err);
    if (!nt)
        throw e;
    return e;
};
// expands raw DEFLATE data
var inflt = function (dat, st, buf, dict) {
    // source length       dict length
    var sl = dat.length, dl = dict ? dict.length : 0;
    if (!sl || st.f && !st.l)
        return buf || new u8(0);
    var noBuf = !buf;
    // have to estimate size
    var resize = noBuf || st.i != 2;
    // no state
    var noSt = st.i;
    // Assumes roughly 33% compression ratio average
    if (noBuf)
        buf = new u8(sl * 3);
    // ensure buffer can fit at least l elements
    var cbuf = function (l) {
        var bl = buf.length;
        // need to increase size to fit
        if (l > bl) {
            // Double or set to necessary, whichever is greater
            var nbuf = new u8(Math.max(bl * 2, l));
            nbuf.set(buf);
            buf = nbuf;
        }
    };
    //  last chunk         bitpos           bytes
    var final = st.f || 0, pos = st.p || 0, bt = st.b || 0, lm = st.l, dm = st.d, lbt = st.m, dbt = st.n;
    // total bits
    var tbts = sl * 8;
    do {
        if (!lm) {
            // BFINAL - this is only 1 when last chunk is next
            final = bits(dat, pos, 1);
            // type: 0 = no compression, 1 = fixed huffman, 2 = dynamic huffman
            var type = bits(dat, pos + 1, 3);
            pos += 3;
            if (!type) {
                // go to end of byte boundary
                var s = shft(pos) + 4, l = dat[s - 4] | (dat[s - 3] << 8), t = s + l;
                if (t > sl) {
                    if (noSt)
                        err(0);
                    break;
                }
                // ensure size
                if (resize)
                    cbuf(bt + l);
                // Copy over uncompressed data
                buf.set(dat.subarray(s, t), bt);
                // Get new bitpos, update byte count
                st.b = bt += l, st.p = pos = t * 8, st.f = final;
                continue;
            }
            else if (type == 1)
                lm = flrm, dm = fdrm, lbt = 9, dbt = 5;
            else if (type == 2) {
                //  literal                            lengths
                var hLit = bits(dat, pos, 31) + 257, hcLen = bits(dat, pos + 10, 15) + 4;
                var tl = hLit + bits(dat, pos + 5, 31) + 1;
                pos += 14;
                // length+distance tree
                var ldt = new u8(tl);
                // code length tree
                var clt = new u8(19);
                for (var i = 0; i < hcLen; ++i) {
                    // use index map to get real code
                    clt[clim[i]] = bits(dat, pos + i * 3, 7);
                }
                pos += hcLen * 3;
                // code lengths bits
                var clb = max(clt), clbmsk = (1 << clb) - 1;
                // code lengths map
                var clm = hMap(clt, clb, 1);
                for (var i = 0; i < tl;) {
                    var r = clm[bits(dat, pos, clbmsk)];
                    // bits read
                    pos += r & 15;
                    // symbol
                    var s = r >> 4;
                    // code length to copy
                    if (s < 16) {
                        ldt[i++] = s;
                    }
                    else {
                        //  copy   count
                        var c = 0, n = 0;
                        if (s == 16)
                            n = 3 + bits(dat, pos, 3), pos += 2, c = ldt[i - 1];
                        else if (s == 17)
                            n = 3 + bits(dat, pos, 7), pos += 3;
                        else if (s == 18)
                            n = 11 + bits(dat, pos, 127), pos += 7;
                        while (n--)
                            ldt[i++] = c;
                    }
                }
                //    length tree                 distance tree
                var lt = ldt.subarray(0, hLit), dt = ldt.subarray(hLit);
                // max length bits
                lbt = max(lt);
                // max dist bits
                dbt = max(dt);
                lm = hMap(lt, lbt, 1);
                dm = hMap(dt, dbt, 1);
            }
            else
                err(1);
            if (pos > tbts) {
                if (noSt)
                    err(0);
                break;
            }
        }
        // Make sure the buffer can hold this + the largest possible addition
        // Maximum chunk size (practically, theoretically infinite) is 2^17
        if (resize)
            cbuf(bt + 131072);
        var lms = (1 << lbt) - 1, dms = (1 << dbt) - 1;
        var lpos = pos;
        for (;; lpos = pos) {
            // bits read, code
            var c = lm[bits16(dat, pos) & lms], sym = c >> 4;
            pos += c & 15;
            if (pos > tbts) {
                if (noSt)
                    err(0);
                break;
            }
            if (!c)
                err(2);
            if (sym < 256)
                buf[bt++] = sym;
            else if (sym == 256) {
                lpos = pos, lm = null;
                break;
            }
            else {
                var add = sym - 254;
                // no extra bits needed if less
                if (sym > 264) {
                    // index
                    var i = sym - 257, b = fleb[i];
                    add = bits(dat, pos, (1 << b) - 1) + fl[i];
                    pos += b;
                }
                // dist
                var d = dm[bits16(dat, pos) & dms], dsym = d >> 4;
                if (!d)
                    err(3);
                pos += d & 15;
                var dt = fd[dsym];
                if (dsym > 3) {
                    var b = fdeb[dsym];
                    dt += bits16(dat, pos) & (1 << b) - 1, pos += b;
                }
                if (pos > tbts) {
                    if (noSt)
                        err(0);
                    break;
                }
                if (resize)
                    cbuf(bt + 131072);
                var end = bt + add;
                if (bt < dt) {
                    var shift = dl - dt, dend = Math.min(dt, end);
                    if (shift + bt < 0)
                        err(3);
                    for (; bt < dend; ++bt)
                        buf[bt] = dict[shift + bt];
                }
                for (; bt < end; ++bt)
                    buf[bt] = buf[bt - dt];
            }
        }
        st.l = lm, st.p = lpos, st.b = bt, st.f = final;
        if (lm)
            final = 1, st.m = lbt, st.d = dm, st.n = dbt;
    } while (!final);
    // don't reallocate for streams or user buffers
    return bt != buf.length && noBuf ? slc(buf, 0, bt) : buf.subarray(0, bt);
};
// starting at p, write the minimum number of bits that can hold v to d
var wbits = function (d, p, v) {
    v <<= p & 7;
    var o = (p / 8) | 0;
    d[o] |= v;
    d[o + 1] |= v >> 8;
};
// starting at p, write the minimum number of bits (>8) that can hold v to d
var wbits16 = function (d, p, v) {
    v <<= p & 7;
    var o = (p / 8) | 0;
    d[o] |= v;
    d[o + 1] |= v >> 8;
    d[o + 2] |= v >> 16;
};
// creates code lengths from a frequency table
var hTree = function (d, mb) {
    // Need extra info to make a tree
    var t = [];
    for (var i = 0; i < d.length; ++i) {
        if (d[i])
            t.push({ s: i, f: d[i] });
    }
    var s = t.length;
    var t2 = t.slice();
    if (!s)
        return { t: et, l: 0 };
    if (s == 1) {
        var v = new u8(t[0].s + 1);
        v[t[0].s] = 1;
        return { t: v, l: 1 };
    }
    t.sort(function (a, b) { return a.f - b.f; });
    // after i2 reaches last ind, will be stopped
    // freq must be greater than largest possible number of symbols
    t.push({ s: -1, f: 25001 });
    var l = t[0], r = t[1], i0 = 0, i1 = 1, i2 = 2;
    t[0] = { s: -1, f: l.f + r.f, l: l, r: r };
    // efficient algorithm from UZIP.js
    // i0 is lookbehind, i2 is lookahead - after processing two low-freq
    // symbols that combined have high freq, will start processing i2 (high-freq,
    // non-composite) symbols instead
    // see https://reddit.com/r/photopea/comments/ikekht/uzipjs_questions/
    while (i1 != s - 1) {
        l = t[t[i0].f < t[i2].f ? i0++ : i2++];
        r = t[i0 != i1 && t[i0].f < t[i2].f ? i0++ : i2++];
        t[i1++] = { s: -1, f: l.f + r.f, l: l, r: r };
    }
    var maxSym = t2[0].s;
    for (var i = 1; i < s; ++i) {
        if (t2[i].s > maxSym)
            maxSym = t2[i].s;
    }
    // code lengths
    var tr = new u16(maxSym + 1);
    // max bits in tree
    var mbt = ln(t[i1 - 1], tr, 0);
    if (mbt > mb) {
        // more algorithms from UZIP.js
        // TODO: find out how this code works (debt)
        //  ind    debt
        var i = 0, dt = 0;
        //    left            cost
        var lft = mbt - mb, cst = 1 << lft;
        t2.sort(function (a, b) { return tr[b.s] - tr[a.s] || a.f - b.f; });
        for (; i < s; ++i) {
            var i2_1 = t2[i].s;
            if (tr[i2_1] > mb) {
                dt += cst - (1 << (mbt - tr[i2_1]));
                tr[i2_1] = mb;
            }
            else
                break;
        }
        dt >>= lft;
        while (dt > 0) {
            var i2_2 = t2[i].s;
            if (tr[i2_2] < mb)
                dt -= 1 << (mb - tr[i2_2]++ - 1);
            else
                ++i;
        }
        for (; i >= 0 && dt; --i) {
            var i2_3 = t2[i].s;
            if (tr[i2_3] == mb) {
                --tr[i2_3];
                ++dt;
            }
        }
        mbt = mb;
    }
    return { t: new u8(tr), l: mbt };
};
// get the max length and assign length codes
var ln = function (n, l, d) {
    return n.s == -1
        ? Math.max(ln(n.l, l, d + 1), ln(n.r, l, d + 1))
        : (l[n.s] = d);
};
// length codes generation
var lc = function (c) {
    var s = c.length;
    // Note that the semicolon was intentional
    while (s && !c[--s])
        ;
    var cl = new u16(++s);
    //  ind      num         streak
    var cli = 0, cln = c[0], cls = 1;
    var w = function (v) { cl[cli++] = v; };
    for (var i = 1; i <= s; ++i) {
        if (c[i] == cln && i != s)
            ++cls;
        else {
            if (!cln && cls > 2) {
                for (; cls > 138; cls -= 138)
                    w(32754);
                if (cls > 2) {
                    w(cls > 10 ? ((cls - 11) << 5) | 28690 : ((cls - 3) << 5) | 12305);
                    cls = 0;
                }
            }
            else if (cls > 3) {
                w(cln), --cls;
                for (; cls > 6; cls -= 6)
                    w(8304);
                if (cls > 2)
                    w(((cls - 3) << 5) | 8208), cls = 0;
            }
            while (cls--)
                w(cln);
            cls = 1;
            cln = c[i];
        }
    }
    return { c: cl.subarray(0, cli), n: s };
};
// calculate the length of output from tree, code lengths
var clen = function (cf, cl) {
    var l = 0;
    for (var i = 0; i < cl.length; ++i)
        l += cf[i] * cl[i];
    return l;
};
// writes a fixed block
// returns the new bit pos
var wfblk = function (out, pos, dat) {
    // no need to write 00 as type: TypedArray defaults to 0
    var s = dat.length;
    var o = shft(pos + 2);
    out[o] = s & 255;
    out[o + 1] = s >> 8;
    out[o + 2] = out[o] ^ 255;
    out[o + 3] = out[o + 1] ^ 255;
    for (var i = 0; i < s; ++i)
        out[o + i + 4] = dat[i];
    return (o + 4 + s) * 8;
};
// writes a block
var wblk = function (dat, out, final, syms, lf, df, eb, li, bs, bl, p) {
    wbits(out, p++, final);
    ++lf[256];
    var _a = hTree(lf, 15), dlt = _a.t, mlb = _a.l;
    var _b = hTree(df, 15), ddt = _b.t, mdb = _b.l;
    var _c = lc(dlt), lclt = _c.c, nlc = _c.n;
    var _d = lc(ddt), lcdt = _d.c, ndc = _d.n;
    var lcfreq = new u16(19);
    for (var i = 0; i < lclt.length; ++i)
        ++lcfreq[lclt[i] & 31];
    for (var i = 0; i < lcdt.length; ++i)
        ++lcfreq[lcdt[i] & 31];
    var _e = hTree(lcfreq, 7), lct = _e.t, mlcb = _e.l;
    var nlcc = 19;
    for (; nlcc > 4 && !lct[clim[nlcc - 1]]; --nlcc)
        ;
    var flen = (bl + 5) << 3;
    var ftlen = clen(lf, flt) + clen(df, fdt) + eb;
    var dtlen = clen(lf, dlt) + clen(df, ddt) + eb + 14 + 3 * nlcc + clen(lcfreq, lct) + 2 * lcfreq[16] + 3 * lcfreq[17] + 7 * lcfreq[18];
    if (bs >= 0 && flen <= ftlen && flen <= dtlen)
        return wfblk(out, p, dat.subarray(bs, bs + bl));
    var lm, ll, dm, dl;
    wbits(out, p, 1 + (dtlen < ftlen)), p += 2;
    if (dtlen < ftlen) {
        lm = hMap(dlt, mlb, 0), ll = dlt, dm = hMap(ddt, mdb, 0), dl = ddt;
        var llm = hMap(lct, mlcb, 0);
        wbits(out, p, nlc - 257);
        wbits(out, p + 5, ndc - 1);
        wbits(out, p + 10, nlcc - 4);
        p += 14;
        for (var i = 0; i < nlcc; ++i)
            wbits(out, p + 3 * i, lct[clim[i]]);
        p += 3 * nlcc;
        var lcts = [lclt, lcdt];
        for (var it = 0; it < 2; ++it) {
            var clct = lcts[it];
            for (var i = 0; i < clct.length; ++i) {
                var len = clct[i] & 31;
                wbits(out, p, llm[len]), p += lct[len];
                if (len > 15)
                    wbits(out, p, (clct[i] >> 5) & 127), p += clct[i] >> 12;
            }
        }
    }
    else {
        lm = flm, ll = flt, dm = fdm, dl = fdt;
    }
    for (var i = 0; i < li; ++i) {
        var sym = syms[i];
        if (sym > 255) {
            var len = (sym >> 18) & 31;
            wbits16(out, p, lm[len + 257]), p += ll[len + 257];
            if (len > 7)
                wbits(out, p, (sym >> 23) & 31), p += fleb[len];
            var dst = sym & 31;
            wbits16(out, p, dm[dst]), p += dl[dst];
            if (dst > 3)
                wbits16(out, p, (sym >> 5) & 8191), p += fdeb[dst];
        }
        else {
            wbits16(out, p, lm[sym]), p += ll[sym];
        }
    }
    wbits16(out, p, lm[256]);
    return p + ll[256];
};
// deflate options (nice << 13) | chain
var deo = /*#__PURE__*/ new i32([65540, 131080, 131088, 131104, 262176, 1048704, 1048832, 2114560, 2117632]);
// empty
var et = /*#__PURE__*/ new u8(0);
// compresses data into a raw DEFLATE buffer
var dflt = function (dat, lvl, plvl, pre, post, st) {
    var s = st.z || dat.length;
    var o = new u8(pre + s + 5 * (1 + Math.ceil(s / 7000)) + post);
    // writing to this writes to the output buffer
    var w = o.subarray(pre, o.length - post);
    var lst = st.l;
    var pos = (st.r || 0) & 7;
    if (lvl) {
        if (pos)
            w[0] = st.r >> 3;
        var opt = deo[lvl - 1];
        var n = opt >> 13, c = opt & 8191;
        var msk_1 = (1 << plvl) - 1;
        //    prev 2-byte val map    curr 2-byte val map
        var prev = st.p || new u16(32768), head = st.h || new u16(msk_1 + 1);
        var bs1_1 = Math.ceil(plvl / 3), bs2_1 = 2 * bs1_1;
        var hsh = function (i) { return (dat[i] ^ (dat[i + 1] << bs1_1) ^ (dat[i + 2] << bs2_1)) & msk_1; };
        // 24576 is an arbitrary number of maximum symbols per block
        // 424 buffer for last block
        var syms = new i32(25000);
        // length/literal freq   distance freq
        var lf = new u16(288), df = new u16(32);
        //  l/lcnt  exbits  index          l/lind  waitdx          blkpos
        var lc_1 = 0, eb = 0, i = st.i || 0, li = 0, wi = st.w || 0, bs = 0;
        for (; i + 2 < s; ++i) {
            // hash value
            var hv = hsh(i);
            // index mod 32768    previous index mod
            var imod = i & 32767, pimod = head[hv];
            prev[imod] = pimod;
            head[hv] = imod;
            // We always should modify head and prev, but only add symbols if
            // this data is not yet processed ("wait" for wait index)
            if (wi <= i) {
                // bytes remaining
                var rem = s - i;
                if ((lc_1 > 7000 || li > 24576) && (rem > 423 || !lst)) {
                    pos = wblk(dat, w, 0, syms, lf, df, eb, li, bs, i - bs, pos);
                    li = lc_1 = eb = 0, bs = i;
                    for (var j = 0; j < 286; ++j)
                        lf[j] = 0;
                    for (var j = 0; j < 30; ++j)
                        df[j] = 0;
                }
                //  len    dist   chain
                var l = 2, d = 0, ch_1 = c, dif = imod - pimod & 32767;
                if (rem > 2 && hv == hsh(i - dif)) {
                    var maxn = Math.min(n, rem) - 1;
                    var maxd = Math.min(32767, i);
                    // max possible length
                    // not capped at dif because decompressors implement "rolling" index population
                    var ml = Math.min(258, rem);
                    while (dif <= maxd && --ch_1 && imod != pimod) {
                        if (dat[i + l] == dat[i + l - dif]) {
                            var nl = 0;
                            for (; nl < ml && dat[i + nl] == dat[i + nl - dif]; ++nl)
                                ;
                            if (nl > l) {
                                l = nl, d = dif;
                                // break out early when we reach "nice" (we are satisfied enough)
                                if (nl > maxn)
                                    break;
                                // now, find the rarest 2-byte sequence within this
                                // length of literals and search for that instead.
                                // Much faster than just using the start
                                var mmd = Math.min(dif, nl - 2);
                                var md = 0;
                                for (var j = 0; j < mmd; ++j) {
                                    var ti = i - dif + j & 32767;
                                    var pti = prev[ti];
                                    var cd = ti - pti & 32767;
                                    if (cd > md)
                                        md = cd, pimod = ti;
                                }
                            }
                        }
                        // check the previous match
                        imod = pimod, pimod = prev[imod];
                        dif += imod - pimod & 32767;
                    }
                }
                // d will be nonzero only when a match was found
                if (d) {
                    // store both dist and len data in one int32
                    // Make sure this is recognized as a len/dist with 28th bit (2^28)
                    syms[li++] = 268435456 | (revfl[l] << 18) | revfd[d];
                    var lin = revfl[l] & 31, din = revfd[d] & 31;
                    eb += fleb[lin] + fdeb[din];
                    ++lf[257 + lin];
                    ++df[din];
                    wi = i + l;
                    ++lc_1;
                }
                else {
                    syms[li++] = dat[i];
                    ++lf[dat[i]];
                }
            }
        }
        for (i = Math.max(i, wi); i < s; ++i) {
            syms[li++] = dat[i];
            ++lf[dat[i]];
        }
        pos = wblk(dat, w, lst, syms, lf, df, eb, li, bs, i - bs, pos);
        if (!lst) {
            st.r = (pos & 7) | w[(pos / 8) | 0] << 3;
            // shft(pos) now 1 less if pos & 7 != 0
            pos -= 7;
            st.h = head, st.p = prev, st.i = i, st.w = wi;
        }
    }
    else {
        for (var i = st.w || 0; i < s + lst; i += 65535) {
            // end
            var e = i + 65535;
            if (e >= s) {
                // write final block
                w[(pos / 8) | 0] = lst;
                e = s;
            }
            pos = wfblk(w, pos + 1, dat.subarray(i, e));
        }
        st.i = s;
    }
    return slc(o, 0, pre + shft(pos) + post);
};
// CRC32 table
var crct = /*#__PURE__*/ (function () {
    var t = new Int32Array(256);
    for (var i = 0; i < 256; ++i) {
        var c = i, k = 9;
        while (--k)
            c = ((c & 1) && -306674912) ^ (c >>> 1);
        t[i] = c;
    }
    return t;
})();
// CRC32
var crc = function () {
    var c = -1;
    return {
        p: function (d) {
            // closures have awful performance
            var cr = c;
            for (var i = 0; i < d.length; ++i)
                cr = crct[(cr & 255) ^ d[i]] ^ (cr >>> 8);
            c = cr;
        },
        d: function () { return ~c; }
    };
};
// Adler32
var adler = function () {
    var a = 1, b = 0;
    return {
        p: function (d) {
            // closures have awful performance
            var n = a, m = b;
            var l = d.length | 0;
            for (var i = 0; i != l;) {
                var e = Math.min(i + 2655, l);
                for (; i < e; ++i)
                    m += n += d[i];
                n = (n & 65535) + 15 * (n >> 16), m = (m & 65535) + 15 * (m >> 16);
            }
            a = n, b = m;
        },
        d: function () {
            a %= 65521, b %= 65521;
            return (a & 255) << 24 | (a & 0xFF00) << 8 | (b & 255) << 8 | (b >> 8);
        }
    };
};
;
// deflate with opts
var dopt = function (dat, opt, pre, post, st) {
    if (!st) {
        st = { l: 1 };
        if (opt.dictionary) {
            var dict = opt.dictionary.subarray(-32768);
            var newDat = new u8(dict.length + dat.length);
            newDat.set(dict);
            newDat.set(dat, dict.length);
            dat = newDat;
            st.w = dict.length;
        }
    }
    return dflt(dat, opt.level == null ? 6 : opt.level, opt.mem == null ? (st.l ? Math.ceil(Math.max(8, Math.min(13, Math.log(dat.length))) * 1.5) : 20) : (12 + opt.mem), pre, post, st);
};
// Walmart object spread
var mrg = function (a, b) {
    var o = {};
    for (var k in a)
        o[k] = a[k];
    for (var k in b)
        o[k] = b[k];
    return o;
};
// worker clone
// This is possibly the craziest part of the entire codebase, despite how simple it may seem.
// The only parameter to this function is a closure that returns an array of variables outside of the function scope.
// We're going to try to figure out the variable names used in the closure as strings because that is crucial for workerization.
// We will return an object mapping of true variable name to value (basically, the current scope as a JS object).
// The reason we can't just use the original variable names is minifiers mangling the toplevel scope.
// This took me three weeks to figure out how to do.
var wcln = function (fn, fnStr, td) {
    var dt = fn();
    var st = fn.toString();
    var ks = st.slice(st.indexOf('[') + 1, st.lastIndexOf(']')).replace(/\s+/g, '').split(',');
    for (var i = 0; i < dt.length; ++i) {
        var v = dt[i], k = ks[i];
        if (typeof v == 'function') {
            fnStr += ';' + k + '=';
            var st_1 = v.toString();
            if (v.prototype) {
                // for global objects
                if (st_1.indexOf('[native code]') != -1) {
                    var spInd = st_1.indexOf(' ', 8) + 1;
                    fnStr += st_1.slice(spInd, st_1.indexOf('(', spInd));
                }
                else {
                    fnStr += st_1;
                    for (var t in v.prototype)
                        fnStr += ';' + k + '.prototype.' + t + '=' + v.prototype[t].toString();
                }
            }
            else
                fnStr += st_1;
        }
        else
            td[k] = v;
    }
    return fnStr;
};
var ch = (/* unused pure expression or super */ null && ([]));
// clone bufs
var cbfs = function (v) {
    var tl = [];
    for (var k in v) {
        if (v[k].buffer) {
            tl.push((v[k] = new v[k].constructor(v[k])).buffer);
        }
    }
    return tl;
};
// use a worker to execute code
var wrkr = function (fns, init, id, cb) {
    if (!ch[id]) {
        var fnStr = '', td_1 = {}, m = fns.length - 1;
        for (var i = 0; i < m; ++i)
            fnStr = wcln(fns[i], fnStr, td_1);
        ch[id] = { c: wcln(fns[m], fnStr, td_1), e: td_1 };
    }
    var td = mrg({}, ch[id].e);
    return wk(ch[id].c + ';onmessage=function(e){for(var k in e.data)self[k]=e.data[k];onmessage=' + init.toString() + '}', id, td, cbfs(td), cb);
};
// base async inflate fn
var bInflt = function () { return [u8, u16, i32, fleb, fdeb, clim, fl, fd, flrm, fdrm, rev, ec, hMap, max, bits, bits16, shft, slc, err, inflt, inflateSync, pbf, gopt]; };
var bDflt = function () { return [u8, u16, i32, fleb, fdeb, clim, revfl, revfd, flm, flt, fdm, fdt, rev, deo, et, hMap, wbits, wbits16, hTree, ln, lc, clen, wfblk, wblk, shft, slc, dflt, dopt, deflateSync, pbf]; };
// gzip extra
var gze = function () { return [gzh, gzhl, wbytes, crc, crct]; };
// gunzip extra
var guze = function () { return [gzs, gzl]; };
// zlib extra
var zle = function () { return [zlh, wbytes, adler]; };
// unzlib extra
var zule = function () { return [zls]; };
// post buf
var pbf = function (msg) { return postMessage(msg, [msg.buffer]); };
// get opts
var gopt = function (o) { return o && {
    out: o.size && new u8(o.size),
    dictionary: o.dictionary
}; };
// async helper
var cbify = function (dat, opts, fns, init, id, cb) {
    var w = wrkr(fns, init, id, function (err, dat) {
        w.terminate();
        cb(err, dat);
    });
    w.postMessage([dat, opts], opts.consume ? [dat.buffer] : []);
    return function () { w.terminate(); };
};
// auto stream
var astrm = function (strm) {
    strm.ondata = function (dat, final) { return postMessage([dat, final], [dat.buffer]); };
    return function (ev) {
        if (ev.data[0]) {
            strm.push(ev.data[0], ev.data[1]);
            postMessage([ev.data[0].length]);
        }
        else
            strm.flush(ev.data[1]);
    };
};
// async stream attach
var astrmify = function (fns, strm, opts, init, id, flush, ext) {
    var t;
    var w = wrkr(fns, init, id, function (err, dat) {
        if (err)
            w.terminate(), strm.ondata.call(strm, err);
        else if (!Array.isArray(dat))
            ext(dat);
        else if (dat.length == 1) {
            strm.queuedSize -= dat[0];
            if (strm.ondrain)
                strm.ondrain(dat[0]);
        }
        else {
            if (dat[1])
                w.terminate();
            strm.ondata.call(strm, err, dat[0], dat[1]);
        }
    });
    w.postMessage(opts);
    strm.queuedSize = 0;
    strm.push = function (d, f) {
        if (!strm.ondata)
            err(5);
        if (t)
            strm.ondata(err(4, 0, 1), null, !!f);
        strm.queuedSize += d.length;
        // can fail for cross-realm Uint8Array, but ok - only a small performance penalty
        w.postMessage([d, t = f], d.buffer instanceof ArrayBuffer ? [d.buffer] : []);
    };
    strm.terminate = function () { w.terminate(); };
    if (flush) {
        strm.flush = function (sync) { w.postMessage([0, sync]); };
    }
};
// read 2 bytes
var b2 = function (d, b) { return d[b] | (d[b + 1] << 8); };
// read 4 bytes
var b4 = function (d, b) { return (d[b] | (d[b + 1] << 8) | (d[b + 2] << 16) | (d[b + 3] << 24)) >>> 0; };
// read 8 bytes
var b8 = function (d, b) { return b4(d, b) + (b4(d, b + 4) * 4294967296); };
// write bytes
var wbytes = function (d, b, v) {
    for (; v; ++b)
        d[b] = v, v >>>= 8;
};
// gzip header
var gzh = function (c, o) {
    var fn = o.filename;
    c[0] = 31, c[1] = 139, c[2] = 8, c[8] = o.level < 2 ? 4 : o.level == 9 ? 2 : 0, c[9] = 3; // assume Unix
    if (o.mtime != 0)
        wbytes(c, 4, Math.floor(new Date(o.mtime || Date.now()) / 1000));
    if (fn) {
        c[3] = 8;
        for (var i = 0; i <= fn.length; ++i)
            c[i + 10] = fn.charCodeAt(i);
    }
};
// gzip footer: -8 to -4 = CRC, -4 to -0 is length
// gzip start
var gzs = function (d) {
    if (d[0] != 31 || d[1] != 139 || d[2] != 8)
        err(6, 'invalid gzip data');
    var flg = d[3];
    var st = 10;
    if (flg & 4)
        st += (d[10] | d[11] << 8) + 2;
    for (var zs = (flg >> 3 & 1) + (flg >> 4 & 1); zs > 0; zs -= !d[st++])
        ;
    return st + (flg & 2);
};
// gzip length
var gzl = function (d) {
    var l = d.length;
    return (d[l - 4] | d[l - 3] << 8 | d[l - 2] << 16 | d[l - 1] << 24) >>> 0;
};
// gzip header length
var gzhl = function (o) { return 10 + (o.filename ? o.filename.length + 1 : 0); };
// zlib header
var zlh = function (c, o) {
    var lv = o.level, fl = lv == 0 ? 0 : lv < 6 ? 1 : lv == 9 ? 3 : 2;
    c[0] = 120, c[1] = (fl << 6) | (o.dictionary && 32);
    c[1] |= 31 - ((c[0] << 8) | c[1]) % 31;
    if (o.dictionary) {
        var h = adler();
        h.p(o.dictionary);
        wbytes(c, 2, h.d());
    }
};
// zlib start
var zls = function (d, dict) {
    if ((d[0] & 15) != 8 || (d[0] >> 4) > 7 || ((d[0] << 8 | d[1]) % 31))
        err(6, 'invalid zlib data');
    if ((d[1] >> 5 & 1) == +!dict)
        err(6, 'invalid zlib data: ' + (d[1] & 32 ? 'need' : 'unexpected') + ' dictionary');
    return (d[1] >> 3 & 4) + 2;
};
function StrmOpt(opts, cb) {
    if (typeof opts == 'function')
        cb = opts, opts = {};
    this.ondata = cb;
    return opts;
}
/**
 * Streaming DEFLATE compression
 */
var Deflate = /*#__PURE__*/ (function () {
    function Deflate(opts, cb) {
        if (typeof opts == 'function')
            cb = opts, opts = {};
        this.ondata = cb;
        this.o = opts || {};
        this.s = { l: 0, i: 32768, w: 32768, z: 32768 };
        // Buffer length must always be 0 mod 32768 for index calculations to be correct when modifying head and prev
        // 98304 = 32768 (lookback) + 65536 (common chunk size)
        this.b = new u8(98304);
        if (this.o.dictionary) {
            var dict = this.o.dictionary.subarray(-32768);
            this.b.set(dict, 32768 - dict.length);
            this.s.i = 32768 - dict.length;
        }
    }
    Deflate.prototype.p = function (c, f) {
        this.ondata(dopt(c, this.o, 0, 0, this.s), f);
    };
    /**
     * Pushes a chunk to be deflated
     * @param chunk The chunk to push
     * @param final Whether this is the last chunk
     */
    Deflate.prototype.push = function (chunk, final) {
        if (!this.ondata)
            err(5);
        if (this.s.l)
            err(4);
        var endLen = chunk.length + this.s.z;
        if (endLen > this.b.length) {
            if (endLen > 2 * this.b.length - 32768) {
                var newBuf = new u8(endLen & -32768);
                newBuf.set(this.b.subarray(0, this.s.z));
                this.b = newBuf;
            }
            var split = this.b.length - this.s.z;
            this.b.set(chunk.subarray(0, split), this.s.z);
            this.s.z = this.b.length;
            this.p(this.b, false);
            this.b.set(this.b.subarray(-32768));
            this.b.set(chunk.subarray(split), 32768);
            this.s.z = chunk.length - split + 32768;
            this.s.i = 32766, this.s.w = 32768;
        }
        else {
            this.b.set(chunk, this.s.z);
            this.s.z += chunk.length;
        }
        this.s.l = final & 1;
        if (this.s.z > this.s.w + 8191 || final) {
            this.p(this.b, final || false);
            this.s.w = this.s.i, this.s.i -= 2;
        }
        if (final) {
            // cleanup unneeded buffers/state to reduce memory usage
            this.s = this.o = {};
            this.b = et;
        }
    };
    /**
     * Flushes buffered uncompressed data. Useful to immediately retrieve the
     * deflated output for small inputs.
     * @param sync Whether to flush to a byte boundary. A sync flush takes 4-5
     *             extra bytes, but guarantees all pushed data is immediately
     *             decompressible. A separate DEFLATE stream may be concatenated
     *             with the current output after a sync flush.
     */
    Deflate.prototype.flush = function (sync) {
        if (!this.ondata)
            err(5);
        if (this.s.l)
            err(4);
        this.p(this.b, false);
        this.s.w = this.s.i, this.s.i -= 2;
        // could technically skip writing the type-0 block for (this.s.r & 7) == 0,
        // but the deterministic trailer (00 00 FF FF) is useful in some situations
        if (sync) {
            var c = new u8(6);
            c[0] = this.s.r >> 3;
            // write empty, non-final type-0 block
            var ep = wfblk(c, this.s.r, et);
            this.s.r = 0;
            this.ondata(c.subarray(0, ep >> 3), false);
        }
    };
    return Deflate;
}());

/**
 * Asynchronous streaming DEFLATE compression
 */
var AsyncDeflate = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    function AsyncDeflate(opts, cb) {
        astrmify([
            bDflt,
            function () { return [astrm, Deflate]; }
        ], this, StrmOpt.call(this, opts, cb), function (ev) {
            var strm = new Deflate(ev.data);
            onmessage = astrm(strm);
        }, 6, 1);
    }
    return AsyncDeflate;
}())));

function deflate(data, opts, cb) {
    if (!cb)
        cb = opts, opts = {};
    if (typeof cb != 'function')
        err(7);
    return cbify(data, opts, [
        bDflt,
    ], function (ev) { return pbf(deflateSync(ev.data[0], ev.data[1])); }, 0, cb);
}
/**
 * Compresses data with DEFLATE without any wrapper
 * @param data The data to compress
 * @param opts The compression options
 * @returns The deflated version of the data
 */
function deflateSync(data, opts) {
    return dopt(data, opts || {}, 0, 0);
}
/**
 * Streaming DEFLATE decompression
 */
var Inflate = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    function Inflate(opts, cb) {
        // no StrmOpt here to avoid adding to workerizer
        if (typeof opts == 'function')
            cb = opts, opts = {};
        this.ondata = cb;
        var dict = opts && opts.dictionary && opts.dictionary.subarray(-32768);
        this.s = { i: 0, b: dict ? dict.length : 0 };
        this.o = new u8(32768);
        this.p = new u8(0);
        if (dict)
            this.o.set(dict);
    }
    Inflate.prototype.e = function (c) {
        if (!this.ondata)
            err(5);
        if (this.d)
            err(4);
        if (!this.p.length)
            this.p = c;
        else if (c.length) {
            var n = new u8(this.p.length + c.length);
            n.set(this.p), n.set(c, this.p.length), this.p = n;
        }
    };
    Inflate.prototype.c = function (final) {
        this.s.i = +(this.d = final || false);
        var bts = this.s.b;
        var dt = inflt(this.p, this.s, this.o);
        this.ondata(slc(dt, bts, this.s.b), this.d);
        this.o = slc(dt, this.s.b - 32768), this.s.b = this.o.length;
        this.p = slc(this.p, (this.s.p / 8) | 0), this.s.p &= 7;
    };
    /**
     * Pushes a chunk to be inflated
     * @param chunk The chunk to push
     * @param final Whether this is the final chunk
     */
    Inflate.prototype.push = function (chunk, final) {
        this.e(chunk), this.c(final);
    };
    return Inflate;
}())));

/**
 * Asynchronous streaming DEFLATE decompression
 */
var AsyncInflate = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    function AsyncInflate(opts, cb) {
        astrmify([
            bInflt,
            function () { return [astrm, Inflate]; }
        ], this, StrmOpt.call(this, opts, cb), function (ev) {
            var strm = new Inflate(ev.data);
            onmessage = astrm(strm);
        }, 7, 0);
    }
    return AsyncInflate;
}())));

function inflate(data, opts, cb) {
    if (!cb)
        cb = opts, opts = {};
    if (typeof cb != 'function')
        err(7);
    return cbify(data, opts, [
        bInflt
    ], function (ev) { return pbf(inflateSync(ev.data[0], gopt(ev.data[1]))); }, 1, cb);
}
function inflateSync(data, opts) {
    return inflt(data, { i: 2 }, opts && opts.out, opts && opts.dictionary);
}
// before you yell at me for not just using extends, my reason is that TS inheritance is hard to workerize.
/**
 * Streaming GZIP compression
 */
var Gzip = /*#__PURE__*/ (function () {
    function Gzip(opts, cb) {
        this.c = crc();
        this.l = 0;
        this.v = 1;
        Deflate.call(this, opts, cb);
    }
    /**
     * Pushes a chunk to be GZIPped
     * @param chunk The chunk to push
     * @param final Whether this is the last chunk
     */
    Gzip.prototype.push = function (chunk, final) {
        this.c.p(chunk);
        this.l += chunk.length;
        Deflate.prototype.push.call(this, chunk, final);
    };
    Gzip.prototype.p = function (c, f) {
        var raw = dopt(c, this.o, this.v && gzhl(this.o), f && 8, this.s);
        if (this.v)
            gzh(raw, this.o), this.v = 0;
        if (f)
            wbytes(raw, raw.length - 8, this.c.d()), wbytes(raw, raw.length - 4, this.l);
        this.ondata(raw, f);
    };
    /**
     * Flushes buffered uncompressed data. Useful to immediately retrieve the
     * GZIPped output for small inputs.
     * @param sync Whether to flush to a byte boundary. A sync flush takes 4-5
     *             extra bytes, but guarantees all pushed data is immediately
     *             decompressible.
     */
    Gzip.prototype.flush = function (sync) {
        Deflate.prototype.flush.call(this, sync);
    };
    return Gzip;
}());

/**
 * Asynchronous streaming GZIP compression
 */
var AsyncGzip = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    function AsyncGzip(opts, cb) {
        astrmify([
            bDflt,
            gze,
            function () { return [astrm, Deflate, Gzip]; }
        ], this, StrmOpt.call(this, opts, cb), function (ev) {
            var strm = new Gzip(ev.data);
            onmessage = astrm(strm);
        }, 8, 1);
    }
    return AsyncGzip;
}())));

function gzip(data, opts, cb) {
    if (!cb)
        cb = opts, opts = {};
    if (typeof cb != 'function')
        err(7);
    return cbify(data, opts, [
        bDflt,
        gze,
        function () { return [gzipSync]; }
    ], function (ev) { return pbf(gzipSync(ev.data[0], ev.data[1])); }, 2, cb);
}
/**
 * Compresses data with GZIP
 * @param data The data to compress
 * @param opts The compression options
 * @returns The gzipped version of the data
 */
function gzipSync(data, opts) {
    if (!opts)
        opts = {};
    var c = crc(), l = data.length;
    c.p(data);
    var d = dopt(data, opts, gzhl(opts), 8), s = d.length;
    return gzh(d, opts), wbytes(d, s - 8, c.d()), wbytes(d, s - 4, l), d;
}
/**
 * Streaming single or multi-member GZIP decompression
 */
var Gunzip = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    function Gunzip(opts, cb) {
        this.v = 1;
        this.r = 0;
        Inflate.call(this, opts, cb);
    }
    /**
     * Pushes a chunk to be GUNZIPped
     * @param chunk The chunk to push
     * @param final Whether this is the last chunk
     */
    Gunzip.prototype.push = function (chunk, final) {
        Inflate.prototype.e.call(this, chunk);
        this.r += chunk.length;
        if (this.v) {
            var p = this.p.subarray(this.v - 1);
            var s = p.length > 3 ? gzs(p) : 4;
            if (s > p.length) {
                if (!final)
                    return;
            }
            else if (this.v > 1 && this.onmember) {
                this.onmember(this.r - p.length);
            }
            this.p = p.subarray(s), this.v = 0;
        }
        // necessary to prevent TS from using the closure value
        // This allows for workerization to function correctly
        Inflate.prototype.c.call(this, 0);
        // process concatenated GZIP
        if (this.s.f && !this.s.l) {
            this.v = shft(this.s.p) + 9;
            this.s = { i: 0 };
            this.o = new u8(0);
            this.push(new u8(0), final);
        }
        else if (final) {
            Inflate.prototype.c.call(this, final);
        }
    };
    return Gunzip;
}())));

/**
 * Asynchronous streaming single or multi-member GZIP decompression
 */
var AsyncGunzip = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    function AsyncGunzip(opts, cb) {
        var _this = this;
        astrmify([
            bInflt,
            guze,
            function () { return [astrm, Inflate, Gunzip]; }
        ], this, StrmOpt.call(this, opts, cb), function (ev) {
            var strm = new Gunzip(ev.data);
            strm.onmember = function (offset) { return postMessage(offset); };
            onmessage = astrm(strm);
        }, 9, 0, function (offset) { return _this.onmember && _this.onmember(offset); });
    }
    return AsyncGunzip;
}())));

function gunzip(data, opts, cb) {
    if (!cb)
        cb = opts, opts = {};
    if (typeof cb != 'function')
        err(7);
    return cbify(data, opts, [
        bInflt,
        guze,
        function () { return [gunzipSync]; }
    ], function (ev) { return pbf(gunzipSync(ev.data[0], ev.data[1])); }, 3, cb);
}
function gunzipSync(data, opts) {
    var st = gzs(data);
    if (st + 8 > data.length)
        err(6, 'invalid gzip data');
    return inflt(data.subarray(st, -8), { i: 2 }, opts && opts.out || new u8(gzl(data)), opts && opts.dictionary);
}
/**
 * Streaming Zlib compression
 */
var Zlib = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    function Zlib(opts, cb) {
        this.c = adler();
        this.v = 1;
        Deflate.call(this, opts, cb);
    }
    /**
     * Pushes a chunk to be zlibbed
     * @param chunk The chunk to push
     * @param final Whether this is the last chunk
     */
    Zlib.prototype.push = function (chunk, final) {
        this.c.p(chunk);
        Deflate.prototype.push.call(this, chunk, final);
    };
    Zlib.prototype.p = function (c, f) {
        var raw = dopt(c, this.o, this.v && (this.o.dictionary ? 6 : 2), f && 4, this.s);
        if (this.v)
            zlh(raw, this.o), this.v = 0;
        if (f)
            wbytes(raw, raw.length - 4, this.c.d());
        this.ondata(raw, f);
    };
    /**
     * Flushes buffered uncompressed data. Useful to immediately retrieve the
     * zlibbed output for small inputs.
     * @param sync Whether to flush to a byte boundary. A sync flush takes 4-5
     *             extra bytes, but guarantees all pushed data is immediately
     *             decompressible.
     */
    Zlib.prototype.flush = function (sync) {
        Deflate.prototype.flush.call(this, sync);
    };
    return Zlib;
}())));

/**
 * Asynchronous streaming Zlib compression
 */
var AsyncZlib = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    function AsyncZlib(opts, cb) {
        astrmify([
            bDflt,
            zle,
            function () { return [astrm, Deflate, Zlib]; }
        ], this, StrmOpt.call(this, opts, cb), function (ev) {
            var strm = new Zlib(ev.data);
            onmessage = astrm(strm);
        }, 10, 1);
    }
    return AsyncZlib;
}())));

function zlib(data, opts, cb) {
    if (!cb)
        cb = opts, opts = {};
    if (typeof cb != 'function')
        err(7);
    return cbify(data, opts, [
        bDflt,
        zle,
        function () { return [zlibSync]; }
    ], function (ev) { return pbf(zlibSync(ev.data[0], ev.data[1])); }, 4, cb);
}
/**
 * Compress data with Zlib
 * @param data The data to compress
 * @param opts The compression options
 * @returns The zlib-compressed version of the data
 */
function zlibSync(data, opts) {
    if (!opts)
        opts = {};
    var a = adler();
    a.p(data);
    var d = dopt(data, opts, opts.dictionary ? 6 : 2, 4);
    return zlh(d, opts), wbytes(d, d.length - 4, a.d()), d;
}
/**
 * Streaming Zlib decompression
 */
var Unzlib = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    function Unzlib(opts, cb) {
        Inflate.call(this, opts, cb);
        this.v = opts && opts.dictionary ? 2 : 1;
    }
    /**
     * Pushes a chunk to be unzlibbed
     * @param chunk The chunk to push
     * @param final Whether this is the last chunk
     */
    Unzlib.prototype.push = function (chunk, final) {
        Inflate.prototype.e.call(this, chunk);
        if (this.v) {
            if (this.p.length < 6 && !final)
                return;
            this.p = this.p.subarray(zls(this.p, this.v - 1)), this.v = 0;
        }
        if (final) {
            if (this.p.length < 4)
                err(6, 'invalid zlib data');
            this.p = this.p.subarray(0, -4);
        }
        // necessary to prevent TS from using the closure value
        // This allows for workerization to function correctly
        Inflate.prototype.c.call(this, final);
    };
    return Unzlib;
}())));

/**
 * Asynchronous streaming Zlib decompression
 */
var AsyncUnzlib = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    function AsyncUnzlib(opts, cb) {
        astrmify([
            bInflt,
            zule,
            function () { return [astrm, Inflate, Unzlib]; }
        ], this, StrmOpt.call(this, opts, cb), function (ev) {
            var strm = new Unzlib(ev.data);
            onmessage = astrm(strm);
        }, 11, 0);
    }
    return AsyncUnzlib;
}())));

function unzlib(data, opts, cb) {
    if (!cb)
        cb = opts, opts = {};
    if (typeof cb != 'function')
        err(7);
    return cbify(data, opts, [
        bInflt,
        zule,
        function () { return [unzlibSync]; }
    ], function (ev) { return pbf(unzlibSync(ev.data[0], gopt(ev.data[1]))); }, 5, cb);
}
function unzlibSync(data, opts) {
    return inflt(data.subarray(zls(data, opts && opts.dictionary), -4), { i: 2 }, opts && opts.out, opts && opts.dictionary);
}
// Default algorithm for compression (used because having a known output size allows faster decompression)


/**
 * Streaming GZIP, Zlib, or raw DEFLATE decompression
 */
var Decompress = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    function Decompress(opts, cb) {
        this.o = StrmOpt.call(this, opts, cb) || {};
        this.G = Gunzip;
        this.I = Inflate;
        this.Z = Unzlib;
    }
    // init substream
    // overriden by AsyncDecompress
    Decompress.prototype.i = function () {
        var _this = this;
        this.s.ondata = function (dat, final) {
            _this.ondata(dat, final);
        };
    };
    /**
     * Pushes a chunk to be decompressed
     * @param chunk The chunk to push
     * @param final Whether this is the last chunk
     */
    Decompress.prototype.push = function (chunk, final) {
        if (!this.ondata)
            err(5);
        if (!this.s) {
            if (this.p && this.p.length) {
                var n = new u8(this.p.length + chunk.length);
                n.set(this.p), n.set(chunk, this.p.length);
            }
            else
                this.p = chunk;
            if (this.p.length > 2) {
                this.s = (this.p[0] == 31 && this.p[1] == 139 && this.p[2] == 8)
                    ? new this.G(this.o)
                    : ((this.p[0] & 15) != 8 || (this.p[0] >> 4) > 7 || ((this.p[0] << 8 | this.p[1]) % 31))
                        ? new this.I(this.o)
                        : new this.Z(this.o);
                this.i();
                this.s.push(this.p, final);
                this.p = null;
            }
        }
        else
            this.s.push(chunk, final);
    };
    return Decompress;
}())));

/**
 * Asynchronous streaming GZIP, Zlib, or raw DEFLATE decompression
 */
var AsyncDecompress = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    function AsyncDecompress(opts, cb) {
        Decompress.call(this, opts, cb);
        this.queuedSize = 0;
        this.G = AsyncGunzip;
        this.I = AsyncInflate;
        this.Z = AsyncUnzlib;
    }
    AsyncDecompress.prototype.i = function () {
        var _this = this;
        this.s.ondata = function (err, dat, final) {
            _this.ondata(err, dat, final);
        };
        this.s.ondrain = function (size) {
            _this.queuedSize -= size;
            if (_this.ondrain)
                _this.ondrain(size);
        };
    };
    /**
     * Pushes a chunk to be decompressed
     * @param chunk The chunk to push
     * @param final Whether this is the last chunk
     */
    AsyncDecompress.prototype.push = function (chunk, final) {
        this.queuedSize += chunk.length;
        Decompress.prototype.push.call(this, chunk, final);
    };
    return AsyncDecompress;
}())));

function decompress(data, opts, cb) {
    if (!cb)
        cb = opts, opts = {};
    if (typeof cb != 'function')
        err(7);
    return (data[0] == 31 && data[1] == 139 && data[2] == 8)
        ? gunzip(data, opts, cb)
        : ((data[0] & 15) != 8 || (data[0] >> 4) > 7 || ((data[0] << 8 | data[1]) % 31))
            ? inflate(data, opts, cb)
            : unzlib(data, opts, cb);
}
/**
 * Expands compressed GZIP, Zlib, or raw DEFLATE data, automatically detecting the format
 * @param data The data to decompress
 * @param opts The decompression options
 * @returns The decompressed version of the data
 */
function decompressSync(data, opts) {
    return (data[0] == 31 && data[1] == 139 && data[2] == 8)
        ? gunzipSync(data, opts)
        : ((data[0] & 15) != 8 || (data[0] >> 4) > 7 || ((data[0] << 8 | data[1]) % 31))
            ? inflateSync(data, opts)
            : unzlibSync(data, opts);
}
// flatten a directory structure
var fltn = function (d, p, t, o) {
    for (var k in d) {
        var val = d[k], n = p + k, op = o;
        if (Array.isArray(val))
            op = mrg(o, val[1]), val = val[0];
        if (ArrayBuffer.isView(val))
            t[n] = [val, op];
        else {
            t[n += '/'] = [new u8(0), op];
            fltn(val, n, t, o);
        }
    }
};
// text encoder
var te = typeof TextEncoder != 'undefined' && /*#__PURE__*/ new TextEncoder();
// text decoder
var td = typeof TextDecoder != 'undefined' && /*#__PURE__*/ new TextDecoder();
// text decoder stream
var tds = 0;
try {
    td.decode(et, { stream: true });
    tds = 1;
}
catch (e) { }
// decode UTF8
var dutf8 = function (d) {
    for (var r = '', i = 0;;) {
        var c = d[i++];
        var eb = (c > 127) + (c > 223) + (c > 239);
        if (i + eb > d.length)
            return { s: r, r: slc(d, i - 1) };
        if (!eb)
            r += String.fromCharCode(c);
        else if (eb == 3) {
            c = ((c & 15) << 18 | (d[i++] & 63) << 12 | (d[i++] & 63) << 6 | (d[i++] & 63)) - 65536,
                r += String.fromCharCode(55296 | (c >> 10), 56320 | (c & 1023));
        }
        else if (eb & 1)
            r += String.fromCharCode((c & 31) << 6 | (d[i++] & 63));
        else
            r += String.fromCharCode((c & 15) << 12 | (d[i++] & 63) << 6 | (d[i++] & 63));
    }
};
/**
 * Streaming UTF-8 decoding
 */
var DecodeUTF8 = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    /**
     * Creates a UTF-8 decoding stream
     * @param cb The callback to call whenever data is decoded
     */
    function DecodeUTF8(cb) {
        this.ondata = cb;
        if (tds)
            this.t = new TextDecoder();
        else
            this.p = et;
    }
    /**
     * Pushes a chunk to be decoded from UTF-8 binary
     * @param chunk The chunk to push
     * @param final Whether this is the last chunk
     */
    DecodeUTF8.prototype.push = function (chunk, final) {
        if (!this.ondata)
            err(5);
        final = !!final;
        if (this.t) {
            this.ondata(this.t.decode(chunk, { stream: true }), final);
            if (final) {
                if (this.t.decode().length)
                    err(8);
                this.t = null;
            }
            return;
        }
        if (!this.p)
            err(4);
        var dat = new u8(this.p.length + chunk.length);
        dat.set(this.p);
        dat.set(chunk, this.p.length);
        var _a = dutf8(dat), s = _a.s, r = _a.r;
        if (final) {
            if (r.length)
                err(8);
            this.p = null;
        }
        else
            this.p = r;
        this.ondata(s, final);
    };
    return DecodeUTF8;
}())));

/**
 * Streaming UTF-8 encoding
 */
var EncodeUTF8 = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    /**
     * Creates a UTF-8 decoding stream
     * @param cb The callback to call whenever data is encoded
     */
    function EncodeUTF8(cb) {
        this.ondata = cb;
    }
    /**
     * Pushes a chunk to be encoded to UTF-8
     * @param chunk The string data to push
     * @param final Whether this is the last chunk
     */
    EncodeUTF8.prototype.push = function (chunk, final) {
        if (!this.ondata)
            err(5);
        if (this.d)
            err(4);
        this.ondata(strToU8(chunk), this.d = final || false);
    };
    return EncodeUTF8;
}())));

/**
 * Converts a string into a Uint8Array for use with compression/decompression methods
 * @param str The string to encode
 * @param latin1 Whether or not to interpret the data as Latin-1. This should
 *               not need to be true unless decoding a binary string.
 * @returns The string encoded in UTF-8/Latin-1 binary
 */
function strToU8(str, latin1) {
    if (latin1) {
        var ar_1 = new u8(str.length);
        for (var i = 0; i < str.length; ++i)
            ar_1[i] = str.charCodeAt(i);
        return ar_1;
    }
    if (te)
        return te.encode(str);
    var l = str.length;
    var ar = new u8(str.length + (str.length >> 1));
    var ai = 0;
    var w = function (v) { ar[ai++] = v; };
    for (var i = 0; i < l; ++i) {
        if (ai + 5 > ar.length) {
            var n = new u8(ai + 8 + ((l - i) << 1));
            n.set(ar);
            ar = n;
        }
        var c = str.charCodeAt(i);
        if (c < 128 || latin1)
            w(c);
        else if (c < 2048)
            w(192 | (c >> 6)), w(128 | (c & 63));
        else if (c > 55295 && c < 57344)
            c = 65536 + (c & 1023 << 10) | (str.charCodeAt(++i) & 1023),
                w(240 | (c >> 18)), w(128 | ((c >> 12) & 63)), w(128 | ((c >> 6) & 63)), w(128 | (c & 63));
        else
            w(224 | (c >> 12)), w(128 | ((c >> 6) & 63)), w(128 | (c & 63));
    }
    return slc(ar, 0, ai);
}
/**
 * Converts a Uint8Array to a string
 * @param dat The data to decode to string
 * @param latin1 Whether or not to interpret the data as Latin-1. This should
 *               not need to be true unless encoding to binary string.
 * @returns The original UTF-8/Latin-1 string
 */
function strFromU8(dat, latin1) {
    if (latin1) {
        var r = '';
        for (var i = 0; i < dat.length; i += 16384)
            r += String.fromCharCode.apply(null, dat.subarray(i, i + 16384));
        return r;
    }
    else if (td) {
        return td.decode(dat);
    }
    else {
        var _a = dutf8(dat), s = _a.s, r = _a.r;
        if (r.length)
            err(8);
        return s;
    }
}
;
// deflate bit flag
var dbf = function (l) { return l == 1 ? 3 : l < 6 ? 2 : l == 9 ? 1 : 0; };
// skip local zip header
var slzh = function (d, b) { return b + 30 + b2(d, b + 26) + b2(d, b + 28); };
// read zip header
var zh = function (d, b, z) {
    var fnl = b2(d, b + 28), efl = b2(d, b + 30), fn = strFromU8(d.subarray(b + 46, b + 46 + fnl), !(b2(d, b + 8) & 2048)), es = b + 46 + fnl;
    var _a = z64hs(d, es, efl, z, b4(d, b + 20), b4(d, b + 24), b4(d, b + 42)), sc = _a[0], su = _a[1], off = _a[2];
    return [b2(d, b + 10), sc, su, fn, es + efl + b2(d, b + 32), off];
};
// read zip64 header sizes
var z64hs = function (d, b, l, z, sc, su, off) {
    var nsc = sc == 4294967295, nsu = su == 4294967295, noff = off == 4294967295, e = b + l;
    var nf = nsc + nsu + noff;
    if (z && nf) {
        for (; b + 4 < e; b += 4 + b2(d, b + 2)) {
            if (b2(d, b) == 1) {
                return [
                    nsc ? b8(d, b + 4 + 8 * nsu) : sc,
                    nsu ? b8(d, b + 4) : su,
                    noff ? b8(d, b + 4 + 8 * (nsu + nsc)) : off,
                    1
                ];
            }
        }
        // z == 2 for unknown whether or not zip64
        if (z < 2)
            err(13);
    }
    return [sc, su, off, 0];
};
// extra field length
var exfl = function (ex) {
    var le = 0;
    if (ex) {
        for (var k in ex) {
            var l = ex[k].length;
            if (l > 65535)
                err(9);
            le += l + 4;
        }
    }
    return le;
};
// write zip header
var wzh = function (d, b, f, fn, u, c, ce, co) {
    var fl = fn.length, ex = f.extra, col = co && co.length;
    var exl = exfl(ex);
    wbytes(d, b, ce != null ? 0x2014B50 : 0x4034B50), b += 4;
    if (ce != null)
        d[b++] = 20, d[b++] = f.os;
    d[b] = 20, b += 2; // spec compliance? what's that?
    d[b++] = (f.flag << 1) | (c < 0 && 8), d[b++] = u && 8;
    d[b++] = f.compression & 255, d[b++] = f.compression >> 8;
    var dt = new Date(f.mtime == null ? Date.now() : f.mtime), y = dt.getFullYear() - 1980;
    if (y < 0 || y > 119)
        err(10);
    wbytes(d, b, (y << 25) | ((dt.getMonth() + 1) << 21) | (dt.getDate() << 16) | (dt.getHours() << 11) | (dt.getMinutes() << 5) | (dt.getSeconds() >> 1)), b += 4;
    if (c != -1) {
        wbytes(d, b, f.crc);
        wbytes(d, b + 4, c < 0 ? -c - 2 : c);
        wbytes(d, b + 8, f.size);
    }
    wbytes(d, b + 12, fl);
    wbytes(d, b + 14, exl), b += 16;
    if (ce != null) {
        wbytes(d, b, col);
        wbytes(d, b + 6, f.attrs);
        wbytes(d, b + 10, ce), b += 14;
    }
    d.set(fn, b);
    b += fl;
    if (exl) {
        for (var k in ex) {
            var exf = ex[k], l = exf.length;
            wbytes(d, b, +k);
            wbytes(d, b + 2, l);
            d.set(exf, b + 4), b += 4 + l;
        }
    }
    if (col)
        d.set(co, b), b += col;
    return b;
};
// write zip footer (end of central directory)
var wzf = function (o, b, c, d, e) {
    wbytes(o, b, 0x6054B50); // skip disk
    wbytes(o, b + 8, c);
    wbytes(o, b + 10, c);
    wbytes(o, b + 12, d);
    wbytes(o, b + 16, e);
};
/**
 * A pass-through stream to keep data uncompressed in a ZIP archive.
 */
var ZipPassThrough = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    /**
     * Creates a pass-through stream that can be added to ZIP archives
     * @param filename The filename to associate with this data stream
     */
    function ZipPassThrough(filename) {
        this.filename = filename;
        this.c = crc();
        this.size = 0;
        this.compression = 0;
    }
    /**
     * Processes a chunk and pushes to the output stream. You can override this
     * method in a subclass for custom behavior, but by default this passes
     * the data through. You must call this.ondata(err, chunk, final) at some
     * point in this method.
     * @param chunk The chunk to process
     * @param final Whether this is the last chunk
     */
    ZipPassThrough.prototype.process = function (chunk, final) {
        this.ondata(null, chunk, final);
    };
    /**
     * Pushes a chunk to be added. If you are subclassing this with a custom
     * compression algorithm, note that you must push data from the source
     * file only, pre-compression.
     * @param chunk The chunk to push
     * @param final Whether this is the last chunk
     */
    ZipPassThrough.prototype.push = function (chunk, final) {
        if (!this.ondata)
            err(5);
        this.c.p(chunk);
        this.size += chunk.length;
        if (final)
            this.crc = this.c.d();
        // we shouldn't really do this cast, but properly handling ArrayBufferLike
        // makes the API unergonomic with Buffer
        this.process(chunk, final || false);
    };
    return ZipPassThrough;
}())));

// I don't extend because TypeScript extension adds 1kB of runtime bloat
/**
 * Streaming DEFLATE compression for ZIP archives. Prefer using AsyncZipDeflate
 * for better performance
 */
var ZipDeflate = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    /**
     * Creates a DEFLATE stream that can be added to ZIP archives
     * @param filename The filename to associate with this data stream
     * @param opts The compression options
     */
    function ZipDeflate(filename, opts) {
        var _this = this;
        if (!opts)
            opts = {};
        ZipPassThrough.call(this, filename);
        this.d = new Deflate(opts, function (dat, final) {
            _this.ondata(null, dat, final);
        });
        this.compression = 8;
        this.flag = dbf(opts.level);
    }
    ZipDeflate.prototype.process = function (chunk, final) {
        try {
            this.d.push(chunk, final);
        }
        catch (e) {
            this.ondata(e, null, final);
        }
    };
    /**
     * Pushes a chunk to be deflated
     * @param chunk The chunk to push
     * @param final Whether this is the last chunk
     */
    ZipDeflate.prototype.push = function (chunk, final) {
        ZipPassThrough.prototype.push.call(this, chunk, final);
    };
    return ZipDeflate;
}())));

/**
 * Asynchronous streaming DEFLATE compression for ZIP archives
 */
var AsyncZipDeflate = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    /**
     * Creates an asynchronous DEFLATE stream that can be added to ZIP archives
     * @param filename The filename to associate with this data stream
     * @param opts The compression options
     */
    function AsyncZipDeflate(filename, opts) {
        var _this = this;
        if (!opts)
            opts = {};
        ZipPassThrough.call(this, filename);
        this.d = new AsyncDeflate(opts, function (err, dat, final) {
            _this.ondata(err, dat, final);
        });
        this.compression = 8;
        this.flag = dbf(opts.level);
        this.terminate = this.d.terminate;
    }
    AsyncZipDeflate.prototype.process = function (chunk, final) {
        this.d.push(chunk, final);
    };
    /**
     * Pushes a chunk to be deflated
     * @param chunk The chunk to push
     * @param final Whether this is the last chunk
     */
    AsyncZipDeflate.prototype.push = function (chunk, final) {
        ZipPassThrough.prototype.push.call(this, chunk, final);
    };
    return AsyncZipDeflate;
}())));

// TODO: Better tree shaking
/**
 * A zippable archive to which files can incrementally be added
 */
var Zip = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    /**
     * Creates an empty ZIP archive to which files can be added
     * @param cb The callback to call whenever data for the generated ZIP archive
     *           is available
     */
    function Zip(cb) {
        this.ondata = cb;
        this.u = [];
        this.d = 1;
    }
    /**
     * Adds a file to the ZIP archive
     * @param file The file stream to add
     */
    Zip.prototype.add = function (file) {
        var _this = this;
        if (!this.ondata)
            err(5);
        // finishing or finished
        if (this.d & 2)
            this.ondata(err(4 + (this.d & 1) * 8, 0, 1), null, false);
        else {
            var f = strToU8(file.filename), fl_1 = f.length;
            var com = file.comment, o = com && strToU8(com);
            var u = fl_1 != file.filename.length || (o && (com.length != o.length));
            var hl_1 = fl_1 + exfl(file.extra) + 30;
            if (fl_1 > 65535)
                this.ondata(err(11, 0, 1), null, false);
            var header = new u8(hl_1);
            wzh(header, 0, file, f, u, -1);
            var chks_1 = [header];
            var pAll_1 = function () {
                for (var _i = 0, chks_2 = chks_1; _i < chks_2.length; _i++) {
                    var chk = chks_2[_i];
                    _this.ondata(null, chk, false);
                }
                chks_1 = [];
            };
            var tr_1 = this.d;
            this.d = 0;
            var ind_1 = this.u.length;
            var uf_1 = mrg(file, {
                f: f,
                u: u,
                o: o,
                t: function () {
                    if (file.terminate)
                        file.terminate();
                },
                r: function () {
                    pAll_1();
                    if (tr_1) {
                        var nxt = _this.u[ind_1 + 1];
                        if (nxt)
                            nxt.r();
                        else
                            _this.d = 1;
                    }
                    tr_1 = 1;
                }
            });
            var cl_1 = 0;
            file.ondata = function (err, dat, final) {
                if (err) {
                    _this.ondata(err, dat, final);
                    _this.terminate();
                }
                else {
                    cl_1 += dat.length;
                    chks_1.push(dat);
                    if (final) {
                        var dd = new u8(16);
                        wbytes(dd, 0, 0x8074B50);
                        wbytes(dd, 4, file.crc);
                        wbytes(dd, 8, cl_1);
                        wbytes(dd, 12, file.size);
                        chks_1.push(dd);
                        uf_1.c = cl_1, uf_1.b = hl_1 + cl_1 + 16, uf_1.crc = file.crc, uf_1.size = file.size;
                        if (tr_1)
                            uf_1.r();
                        tr_1 = 1;
                    }
                    else if (tr_1)
                        pAll_1();
                }
            };
            this.u.push(uf_1);
        }
    };
    /**
     * Ends the process of adding files and prepares to emit the final chunks.
     * This *must* be called after adding all desired files for the resulting
     * ZIP file to work properly.
     */
    Zip.prototype.end = function () {
        var _this = this;
        if (this.d & 2) {
            this.ondata(err(4 + (this.d & 1) * 8, 0, 1), null, true);
            return;
        }
        if (this.d)
            this.e();
        else
            this.u.push({
                r: function () {
                    if (!(_this.d & 1))
                        return;
                    _this.u.splice(-1, 1);
                    _this.e();
                },
                t: function () { }
            });
        this.d = 3;
    };
    Zip.prototype.e = function () {
        var bt = 0, l = 0, tl = 0;
        for (var _i = 0, _a = this.u; _i < _a.length; _i++) {
            var f = _a[_i];
            tl += 46 + f.f.length + exfl(f.extra) + (f.o ? f.o.length : 0);
        }
        var out = new u8(tl + 22);
        for (var _b = 0, _c = this.u; _b < _c.length; _b++) {
            var f = _c[_b];
            wzh(out, bt, f, f.f, f.u, -f.c - 2, l, f.o);
            bt += 46 + f.f.length + exfl(f.extra) + (f.o ? f.o.length : 0), l += f.b;
        }
        wzf(out, bt, this.u.length, tl, l);
        this.ondata(null, out, true);
        this.d = 2;
    };
    /**
     * A method to terminate any internal workers used by the stream. Subsequent
     * calls to add() will fail.
     */
    Zip.prototype.terminate = function () {
        for (var _i = 0, _a = this.u; _i < _a.length; _i++) {
            var f = _a[_i];
            f.t();
        }
        this.d = 2;
    };
    return Zip;
}())));

function zip(data, opts, cb) {
    if (!cb)
        cb = opts, opts = {};
    if (typeof cb != 'function')
        err(7);
    var r = {};
    fltn(data, '', r, opts);
    var k = Object.keys(r);
    var lft = k.length, o = 0, tot = 0;
    var slft = lft, files = new Array(lft);
    var term = [];
    var tAll = function () {
        for (var i = 0; i < term.length; ++i)
            term[i]();
    };
    var cbd = function (a, b) {
        mt(function () { cb(a, b); });
    };
    mt(function () { cbd = cb; });
    var cbf = function () {
        var out = new u8(tot + 22), oe = o, cdl = tot - o;
        tot = 0;
        for (var i = 0; i < slft; ++i) {
            var f = files[i];
            try {
                var l = f.c.length;
                wzh(out, tot, f, f.f, f.u, l);
                var badd = 30 + f.f.length + exfl(f.extra);
                var loc = tot + badd;
                out.set(f.c, loc);
                wzh(out, o, f, f.f, f.u, l, tot, f.m), o += 16 + badd + (f.m ? f.m.length : 0), tot = loc + l;
            }
            catch (e) {
                return cbd(e, null);
            }
        }
        wzf(out, o, files.length, cdl, oe);
        cbd(null, out);
    };
    if (!lft)
        cbf();
    var _loop_1 = function (i) {
        var fn = k[i];
        var _a = r[fn], file = _a[0], p = _a[1];
        var c = crc(), size = file.length;
        c.p(file);
        var f = strToU8(fn), s = f.length;
        var com = p.comment, m = com && strToU8(com), ms = m && m.length;
        var exl = exfl(p.extra);
        var compression = p.level == 0 ? 0 : 8;
        var cbl = function (e, d) {
            if (e) {
                tAll();
                cbd(e, null);
            }
            else {
                var l = d.length;
                files[i] = mrg(p, {
                    size: size,
                    crc: c.d(),
                    c: d,
                    f: f,
                    m: m,
                    u: s != fn.length || (m && (com.length != ms)),
                    compression: compression
                });
                o += 30 + s + exl + l;
                tot += 76 + 2 * (s + exl) + (ms || 0) + l;
                if (!--lft)
                    cbf();
            }
        };
        if (s > 65535)
            cbl(err(11, 0, 1), null);
        if (!compression)
            cbl(null, file);
        else if (size < 160000) {
            try {
                cbl(null, deflateSync(file, p));
            }
            catch (e) {
                cbl(e, null);
            }
        }
        else
            term.push(deflate(file, p, cbl));
    };
    // Cannot use lft because it can decrease
    for (var i = 0; i < slft; ++i) {
        _loop_1(i);
    }
    return tAll;
}
/**
 * Synchronously creates a ZIP file. Prefer using `zip` for better performance
 * with more than one file.
 * @param data The directory structure for the ZIP archive
 * @param opts The main options, merged with per-file options
 * @returns The generated ZIP archive
 */
function zipSync(data, opts) {
    if (!opts)
        opts = {};
    var r = {};
    var files = [];
    fltn(data, '', r, opts);
    var o = 0;
    var tot = 0;
    for (var fn in r) {
        var _a = r[fn], file = _a[0], p = _a[1];
        var compression = p.level == 0 ? 0 : 8;
        var f = strToU8(fn), s = f.length;
        var com = p.comment, m = com && strToU8(com), ms = m && m.length;
        var exl = exfl(p.extra);
        if (s > 65535)
            err(11);
        var d = compression ? deflateSync(file, p) : file, l = d.length;
        var c = crc();
        c.p(file);
        files.push(mrg(p, {
            size: file.length,
            crc: c.d(),
            c: d,
            f: f,
            m: m,
            u: s != fn.length || (m && (com.length != ms)),
            o: o,
            compression: compression
        }));
        o += 30 + s + exl + l;
        tot += 76 + 2 * (s + exl) + (ms || 0) + l;
    }
    var out = new u8(tot + 22), oe = o, cdl = tot - o;
    for (var i = 0; i < files.length; ++i) {
        var f = files[i];
        wzh(out, f.o, f, f.f, f.u, f.c.length);
        var badd = 30 + f.f.length + exfl(f.extra);
        out.set(f.c, f.o + badd);
        wzh(out, o, f, f.f, f.u, f.c.length, f.o, f.m), o += 16 + badd + (f.m ? f.m.length : 0);
    }
    wzf(out, o, files.length, cdl, oe);
    return out;
}
/**
 * Streaming pass-through decompression for ZIP archives
 */
var UnzipPassThrough = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    function UnzipPassThrough() {
    }
    UnzipPassThrough.prototype.push = function (chunk, final) {
        // same as ZipPassThrough: cast to retain Buffer ergonomics
        this.ondata(null, chunk, final);
    };
    UnzipPassThrough.compression = 0;
    return UnzipPassThrough;
}())));

/**
 * Streaming DEFLATE decompression for ZIP archives. Prefer AsyncZipInflate for
 * better performance.
 */
var UnzipInflate = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    /**
     * Creates a DEFLATE decompression that can be used in ZIP archives
     */
    function UnzipInflate() {
        var _this = this;
        this.i = new Inflate(function (dat, final) {
            _this.ondata(null, dat, final);
        });
    }
    UnzipInflate.prototype.push = function (chunk, final) {
        try {
            this.i.push(chunk, final);
        }
        catch (e) {
            this.ondata(e, null, final);
        }
    };
    UnzipInflate.compression = 8;
    return UnzipInflate;
}())));

/**
 * Asynchronous streaming DEFLATE decompression for ZIP archives
 */
var AsyncUnzipInflate = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    /**
     * Creates a DEFLATE decompression that can be used in ZIP archives
     */
    function AsyncUnzipInflate(_, sz) {
        var _this = this;
        if (sz < 320000) {
            this.i = new Inflate(function (dat, final) {
                _this.ondata(null, dat, final);
            });
        }
        else {
            this.i = new AsyncInflate(function (err, dat, final) {
                _this.ondata(err, dat, final);
            });
            this.terminate = this.i.terminate;
        }
    }
    AsyncUnzipInflate.prototype.push = function (chunk, final) {
        if (this.i.terminate)
            chunk = slc(chunk, 0);
        this.i.push(chunk, final);
    };
    AsyncUnzipInflate.compression = 8;
    return AsyncUnzipInflate;
}())));

/**
 * A ZIP archive decompression stream that emits files as they are discovered
 */
var Unzip = /*#__PURE__*/ ((/* unused pure expression or super */ null && (function () {
    /**
     * Creates a ZIP decompression stream
     * @param cb The callback to call whenever a file in the ZIP archive is found
     */
    function Unzip(cb) {
        this.onfile = cb;
        this.k = [];
        this.o = {
            0: UnzipPassThrough
        };
        this.p = et;
    }
    /**
     * Pushes a chunk to be unzipped
     * @param chunk The chunk to push
     * @param final Whether this is the last chunk
     */
    Unzip.prototype.push = function (chunk, final) {
        var _this = this;
        if (!this.onfile)
            err(5);
        if (!this.p)
            err(4);
        if (this.c > 0) {
            var len = Math.min(this.c, chunk.length);
            var toAdd = chunk.subarray(0, len);
            this.c -= len;
            if (this.d)
                this.d.push(toAdd, !this.c);
            else
                this.k[0].push(toAdd);
            chunk = chunk.subarray(len);
            if (chunk.length)
                return this.push(chunk, final);
        }
        else {
            var f = 0, i = 0, is = void 0, buf = void 0;
            if (!this.p.length)
                buf = chunk;
            else if (!chunk.length)
                buf = this.p;
            else {
                buf = new u8(this.p.length + chunk.length);
                buf.set(this.p), buf.set(chunk, this.p.length);
            }
            var l = buf.length, oc = this.c, add = oc && this.d;
            var _loop_2 = function () {
                var sig = b4(buf, i);
                if (sig == 0x4034B50) {
                    f = 1, is = i;
                    this_1.d = null;
                    this_1.c = 0;
                    var bf = b2(buf, i + 6), cmp_1 = b2(buf, i + 8), u = bf & 2048, dd = bf & 8, fnl = b2(buf, i + 26), es = b2(buf, i + 28);
                    if (l > i + 30 + fnl + es) {
                        var chks_3 = [];
                        this_1.k.unshift(chks_3);
                        f = 2;
                        var lsc = b4(buf, i + 18), lsu = b4(buf, i + 22);
                        var fn_1 = strFromU8(buf.subarray(i + 30, i += 30 + fnl), !u);
                        var _a = z64hs(buf, i, es, 2, lsc, lsu, 0), sc_1 = _a[0], su_1 = _a[1], z64 = _a[3];
                        if (dd)
                            sc_1 = -1 - z64;
                        i += es;
                        this_1.c = sc_1;
                        var d_1;
                        var file_1 = {
                            name: fn_1,
                            compression: cmp_1,
                            start: function () {
                                if (!file_1.ondata)
                                    err(5);
                                if (!sc_1)
                                    file_1.ondata(null, et, true);
                                else {
                                    var ctr = _this.o[cmp_1];
                                    if (!ctr)
                                        file_1.ondata(err(14, 'unknown compression type ' + cmp_1, 1), null, false);
                                    d_1 = sc_1 < 0 ? new ctr(fn_1) : new ctr(fn_1, sc_1, su_1);
                                    d_1.ondata = function (err, dat, final) { file_1.ondata(err, dat, final); };
                                    for (var _i = 0, chks_4 = chks_3; _i < chks_4.length; _i++) {
                                        var dat = chks_4[_i];
                                        d_1.push(dat, false);
                                    }
                                    if (_this.k[0] == chks_3 && _this.c)
                                        _this.d = d_1;
                                    else
                                        d_1.push(et, true);
                                }
                            },
                            terminate: function () {
                                if (d_1 && d_1.terminate)
                                    d_1.terminate();
                            }
                        };
                        if (sc_1 >= 0)
                            file_1.size = sc_1, file_1.originalSize = su_1;
                        this_1.onfile(file_1);
                    }
                    return "break";
                }
                else if (oc) {
                    if (sig == 0x8074B50) {
                        is = i += 12 + (oc == -2 && 8), f = 3, this_1.c = 0;
                        return "break";
                    }
                    else if (sig == 0x2014B50) {
                        is = i -= 4, f = 3, this_1.c = 0;
                        return "break";
                    }
                }
            };
            var this_1 = this;
            for (; i < l - 4; ++i) {
                var state_1 = _loop_2();
                if (state_1 === "break")
                    break;
            }
            this.p = et;
            if (oc < 0) {
                var dat = f ? buf.subarray(0, is - 12 - (oc == -2 && 8) - (b4(buf, is - 16) == 0x8074B50 && 4)) : buf.subarray(0, i);
                if (add)
                    add.push(dat, !!f);
                else
                    this.k[+(f == 2)].push(dat);
            }
            if (f & 2)
                return this.push(buf.subarray(i), final);
            this.p = buf.subarray(i);
        }
        if (final) {
            if (this.c)
                err(13);
            this.p = null;
        }
    };
    /**
     * Registers a decoder with the stream, allowing for files compressed with
     * the compression type provided to be expanded correctly
     * @param decoder The decoder constructor
     */
    Unzip.prototype.register = function (decoder) {
        this.o[decoder.compression] = decoder;
    };
    return Unzip;
}())));

var mt = typeof queueMicrotask == 'function' ? queueMicrotask : typeof setTimeout == 'function' ? setTimeout : function (fn) { fn(); };
function unzip(data, opts, cb) {
    if (!cb)
        cb = opts, opts = {};
    if (typeof cb != 'function')
        err(7);
    var term = [];
    var tAll = function () {
        for (var i = 0; i < term.length; ++i)
            term[i]();
    };
    var files = {};
    var cbd = function (a, b) {
        mt(function () { cb(a, b); });
    };
    mt(function () { cbd = cb; });
    var e = data.length - 22;
    for (; b4(data, e) != 0x6054B50; --e) {
        if (!e || data.length - e > 65558) {
            cbd(err(13, 0, 1), null);
            return tAll;
        }
    }
    ;
    var lft = b2(data, e + 8);
    if (lft) {
        var c = lft;
        var o = b4(data, e + 16);
        var z = b4(data, e - 20) == 0x7064B50;
        if (z) {
            var ze = b4(data, e - 12);
            z = b4(data, ze) == 0x6064B50;
            if (z) {
                c = lft = b4(data, ze + 32);
                o = b4(data, ze + 48);
            }
        }
        var fltr = opts && opts.filter;
        var _loop_3 = function (i) {
            var _a = zh(data, o, z), c_1 = _a[0], sc = _a[1], su = _a[2], fn = _a[3], no = _a[4], off = _a[5], b = slzh(data, off);
            o = no;
            var cbl = function (e, d) {
                if (e) {
                    tAll();
                    cbd(e, null);
                }
                else {
                    if (d)
                        files[fn] = d;
                    if (!--lft)
                        cbd(null, files);
                }
            };
            if (!fltr || fltr({
                name: fn,
                size: sc,
                originalSize: su,
                compression: c_1
            })) {
                if (!c_1)
                    cbl(null, slc(data, b, b + sc));
                else if (c_1 == 8) {
                    var infl = data.subarray(b, b + sc);
                    // Synchronously decompress under 512KB, or barely-compressed data
                    if (su < 524288 || sc > 0.8 * su) {
                        try {
                            cbl(null, inflateSync(infl, { out: new u8(su) }));
                        }
                        catch (e) {
                            cbl(e, null);
                        }
                    }
                    else
                        term.push(inflate(infl, { size: su }, cbl));
                }
                else
                    cbl(err(14, 'unknown compression type ' + c_1, 1), null);
            }
            else
                cbl(null, null);
        };
        for (var i = 0; i < c; ++i) {
            _loop_3(i);
        }
    }
    else
        cbd(null, {});
    return tAll;
}
/**
 * Synchronously decompresses a ZIP archive. Prefer using `unzip` for better
 * performance with more than one file.
 * @param data The raw compressed ZIP file
 * @param opts The ZIP extraction options
 * @returns The decompressed files
 */
function unzipSync(data, opts) {
    var files = {};
    var e = data.length - 22;
    for (; b4(data, e) != 0x6054B50; --e) {
        if (!e || data.length - e > 65558)
            err(13);
    }
    ;
    var c = b2(data, e + 8);
    if (!c)
        return {};
    var o = b4(data, e + 16);
    var z = b4(data, e - 20) == 0x7064B50;
    if (z) {
        var ze = b4(data, e - 12);
        z = b4(data, ze) == 0x6064B50;
        if (z) {
            c = b4(data, ze + 32);
            o = b4(data, ze + 48);
        }
    }
    var fltr = opts && opts.filter;
    for (var i = 0; i < c; ++i) {
        var _a = zh(data, o, z), c_2 = _a[0], sc = _a[1], su = _a[2], fn = _a[3], no = _a[4], off = _a[5], b = slzh(data, off);
        o = no;
        if (!fltr || fltr({
            name: fn,
            size: sc,
            originalSize: su,
            compression: c_2
        })) {
            if (!c_2)
                files[fn] = slc(data, b, b + sc);
            else if (c_2 == 8)
                files[fn] = inflateSync(data.subarray(b, b + sc), { out: new u8(su) });
            else
                err(14, 'unknown compression type ' + c_2);
        }
    }
    return files;
}

;// CONCATENATED MODULE: ./src/layers/reproducible.ts

/**
 * Every rule that makes a layer's bytes a function of its packages, and of nothing else: not of the clock, the
 * machine, its user, locale or number of cores, the order in which packages arrive, or the stream's chunks.
 *
 * 1. Packages stand in the order of the lock, the files of each in the order of its archive, bytecode behind its source,
 *    what else linking makes (entry points, the conda-meta record) behind them. An entry's parent directories stand before it, once.
 * 2. A path stands once: inside a layer, the package that is later in the lock has it.
 * 3. A file's time is the one that its package's archive has for it, since bytecode is valid only for a source of the
 *    time that it was compiled from. A file of `copy` has SOURCE_DATE_EPOCH, or else `contentTime`. Everything else (directories,
 *    links, what we make) has `fixedTime`.
 * 4. Owners are numbers, never names. Modes are those of the archive, `directoryMode` for directories, those of `openMode` for
 *    what everybody may write, through `groupAsOwner` if the prefix is its group's too. A hard link has those of its file.
 * 5. No extended attributes, no devices, PAX records only for what ustar has no room for; names that mean a removal only
 *    where one is meant.
 * 6. The tar is compressed in chunks of `chunkSize`, however it came in, and ended by itself, by one compressor with the
 *    settings below, whose version belongs to the layer key.
 *
 * What changes any byte that these rules or the linking of packages lead to must change `packerFormat`, which belongs to
 * every layer key; for bytecode, a function of source, path and python's version, that is `bytecodeFormat`.
 */
const packerFormat = 4;
/**
 * 1980-01-02T00:00:00Z, in seconds. zip holds local times from 1980-01-01T00:00:00 on, and tools that make one refuse earlier ones: a
 * day later it is 1980 in every time zone.
 */
const fixedTime = 315_619_200;
/** 2020-01-01T00:00:00Z, in seconds. */
const lastContentTime = 1_577_836_800;
/**
 * A time made of a file's content, in seconds: between `fixedTime` and 2020, so never in the future. Web servers, caches of bytecode
 * and rsync take a file for unchanged whose time and size are; with one time for all they would keep on giving what was there
 * before. Another content has another time but for one chance in a billion, and the same content has the same one in each image. The
 * time of the commit would be another in every commit, and with it the layer.
 * @param sha256 the content's
 */
function contentTime(sha256) {
    return fixedTime + (sha256.readUIntBE(0, 6) % (lastContentTime - fixedTime));
}
const directoryMode = 0o755;
/**
 * Upstream's root prefix can be written by everybody, so that `--user` with any number can install: what every install
 * writes in has this mode, in each layer that names it.
 */
const rootPrefixMode = 0o777;
const rootPrefixFileMode = 0o666;
/** What that is, relative to the root prefix: itself, the records, the environments, and the environment's own files. */
const openDirectories = (/* unused pure expression or super */ null && (['', 'conda-meta', 'envs']));
const openFiles = (/* unused pure expression or super */ null && (['conda-meta/history', 'conda-meta/state']));
/**
 * The mode of a file or directory that everybody may write.
 * @param path relative to the root prefix
 * @returns undefined for all others
 */
function openMode(type, path) {
    if (type === 'directory')
        return openDirectories.includes(path) ? rootPrefixMode : undefined;
    return openFiles.includes(path) ? rootPrefixFileMode : undefined;
}
/** A mode in which the group may do what the owner may. */
function groupAsOwner(mode) {
    return (mode & ~0o070) | ((mode & 0o700) >> 3);
}
/** Bytes. */
const chunkSize = 1024 * 1024;
/**
 * A window of 4 MiB, twice the level's own, finds more of what the packages of a layer have in common: the reference
 * workload's layers are 1 % smaller, and compressing takes a tenth less time.
 */
const reproducible_zstdSettings = {
    [external_node_zlib_namespaceObject.constants.ZSTD_c_compressionLevel]: 3,
    [external_node_zlib_namespaceObject.constants.ZSTD_c_windowLog]: 22,
    [external_node_zlib_namespaceObject.constants.ZSTD_c_checksumFlag]: 1,
};
const reproducible_gzipLevel = 6;

;// CONCATENATED MODULE: ./src/layers/compress.ts




/** The version of fflate that package-lock.json pins; a test compares the two. */
const fflateVersion = '0.8.3';
/** How layers are compressed: everything that their compressed bytes depend on, for the layer key. */
function compressorName(compression) {
    return compression === 'zstd'
        ? `zstd ${process.versions.zstd ?? ''} ${JSON.stringify(zstdSettings)}`
        : `fflate ${fflateVersion} gzip ${gzipLevel}`;
}
/** Compresses bytes. What comes out depends on them alone, not on how they are cut or when they come. */
function compress(bytes, compression) {
    const chunks = rechunk(bytes, chunkSize);
    return compression === 'zstd' ? zstd(chunks) : compress_gzip(chunks);
}
async function* zstd(chunks) {
    const encoder = (0,external_node_zlib_namespaceObject.createZstdCompress)({ params: reproducible_zstdSettings, chunkSize: chunkSize });
    const write = (chunk) => new Promise((resolve, reject) => {
        encoder.write(chunk, (error) => {
            if (error)
                reject(error);
            else
                resolve();
        });
    });
    const feed = async () => {
        let previous = Promise.resolve();
        try {
            // While one chunk is compressed, on another thread, the next is made.
            for await (const chunk of chunks) {
                await previous;
                previous = write(chunk);
                previous.catch(() => undefined); // awaited above or below, unless the chunks end with an error of theirs
            }
            // Node ends the frame together with the last chunk if it learns of the end early enough, which gives other bytes.
            await previous;
            encoder.end();
        }
        catch (error) {
            encoder.destroy(error); // what is thrown here is an Error
        }
    };
    const feeding = feed();
    yield* encoder; // the encoder gives bytes
    await feeding;
}
/** Not by Node: its zlib is Chromium's, which compresses differently on different processors. */
async function* compress_gzip(chunks) {
    const compressed = [];
    const encoder = new Gzip({ level: reproducible_gzipLevel, mtime: 0 }, (chunk) => compressed.push(chunk));
    for await (const chunk of chunks) {
        encoder.push(chunk);
        yield* compressed.splice(0);
    }
    encoder.push(new Uint8Array(), true);
    yield* compressed;
}

;// CONCATENATED MODULE: ./src/oci/media-types.ts
/** The kinds of documents and layers, as OCI names them (image-spec, media-types.md) and as Docker does (image manifest version 2, schema 2). */
const indexMediaType = 'application/vnd.oci.image.index.v1+json';
const manifestMediaType = 'application/vnd.oci.image.manifest.v1+json';
const configMediaType = 'application/vnd.oci.image.config.v1+json';
/** Layers by how they are compressed. */
const layerMediaTypes = {
    none: 'application/vnd.oci.image.layer.v1.tar',
    gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
    zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
};
const indexMediaTypes = [
    indexMediaType,
    'application/vnd.docker.distribution.manifest.list.v2+json',
];
const imageMediaTypes = [
    manifestMediaType,
    'application/vnd.docker.distribution.manifest.v2+json',
];
/** Images and indexes. */
const manifestMediaTypes = [
    indexMediaType,
    manifestMediaType,
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.docker.distribution.manifest.v2+json',
];
const configMediaTypes = [
    configMediaType,
    'application/vnd.docker.container.image.v1+json',
];
/** Layers have the same bytes under Docker's names and under OCI's; our manifests are OCI's. */
const ociLayerTypes = {
    'application/vnd.docker.image.rootfs.diff.tar.gzip': layerMediaTypes.gzip,
    'application/vnd.docker.image.rootfs.diff.tar.zstd': layerMediaTypes.zstd,
    'application/vnd.docker.image.rootfs.diff.tar': layerMediaTypes.none,
    [layerMediaTypes.gzip]: layerMediaTypes.gzip,
    [layerMediaTypes.zstd]: layerMediaTypes.zstd,
    [layerMediaTypes.none]: layerMediaTypes.none,
};

;// CONCATENATED MODULE: ./src/common/whiteout.ts
/**
 * Names by which a layer says that something of the layers below it is gone (OCI image-spec, layer.md, "Whiteouts"): `.wh.x` that x
 * is, `.wh..wh..opq` that all of its directory is.
 */
const mark = '.wh.';
/** Whether a path, with `/`, has a part that no file of a layer can be called. */
function isReserved(path) {
    return path.includes(mark) && path.split('/').some((name) => name.startsWith(mark));
}
/** The path of the entry that says that `path` is gone. */
function whiteoutPath(path) {
    const slash = path.lastIndexOf('/') + 1;
    return `${path.slice(0, slash)}${mark}${path.slice(slash)}`;
}
/** The path of the entry that says that of what was in the directory `path` nothing is left. */
function opaquePath(path) {
    return `${path}/${mark}${mark}.opq`;
}

;// CONCATENATED MODULE: ./src/layers/tar-header.ts
const blockSize = 512;
/** POSIX's values of `typeflag`; `x` is a header of records for the entry behind it. */
const typeFlags = {
    file: '0',
    hardlink: '1',
    symlink: '2',
    character: '3',
    block: '4',
    directory: '5',
    pax: 'x',
};
/** Where the fields are, and how many bytes they have (POSIX.1-2017, pax, "ustar Interchange Format"). */
const fields = {
    name: [0, 100],
    mode: [100, 8],
    uid: [108, 8],
    gid: [116, 8],
    size: [124, 12],
    mtime: [136, 12],
    checksum: [148, 8],
    type: [156, 1],
    target: [157, 100],
    magic: [257, 8],
    major: [329, 8],
    minor: [337, 8],
    prefix: [345, 155],
};
/**
 * A header as blocks: one of ustar, and two of pax in front where something has no room in it: names that are long or not
 * ASCII, sizes from 8 GiB, numbers of users from 2 million.
 */
function formatTarHeader(header) {
    const { path, target = '', type, major, minor, ...numbers } = header;
    const records = [];
    const place = placeOf(path);
    if (!place)
        records.push(['path', path]);
    if (!fits(target, 'target'))
        records.push(['linkpath', target]);
    for (const name of ['uid', 'gid', 'size', 'mtime']) {
        if (numbers[name] > largest(name))
            records.push([name, numbers[name]]);
    }
    // What a record says better is left as near as the field allows, for whoever does not read the records.
    const { name, prefix } = place ?? { name: clipped(path, 'name'), prefix: '' };
    const entry = ustar({ ...numbers, major, minor, name, prefix, target: clipped(target, 'target'), type });
    if (records.length === 0)
        return entry;
    const body = Buffer.from(records.map(([key, value]) => paxRecord(key, value)).join(''));
    const pax = { ...numbers, mode: 0o644, size: body.length, name: 'PaxHeader', prefix: '', target: '' };
    return Buffer.concat([ustar({ ...pax, type: 'pax' }), body, padding(body.length), entry]);
}
const zeros = Buffer.alloc(blockSize);
/** The zeros behind content of `size` bytes. */
function padding(size) {
    return zeros.subarray(0, (blockSize - (size % blockSize)) % blockSize);
}
function ustar({ name, prefix, target, type, ...numbers }) {
    // From Buffer's pool, which `alloc` does not take from: there are as many headers as files.
    const block = Buffer.allocUnsafe(blockSize).fill(0);
    const write = (field, text) => {
        const [start, length] = fields[field];
        block.write(text, start, length, 'latin1');
    };
    write('name', name);
    for (const field of ['mode', 'uid', 'gid', 'size', 'mtime']) {
        write(field, octal(Math.min(numbers[field], largest(field)), field));
    }
    for (const field of ['major', 'minor']) {
        const number = numbers[field];
        if (number !== undefined)
            write(field, octal(number, field));
    }
    write('type', typeFlags[type]);
    write('target', target);
    write('magic', 'ustar\x0000');
    write('prefix', prefix);
    // The sum of the header's bytes, with spaces where the sum will stand: six digits, NUL, space.
    write('checksum', '        ');
    let sum = 0;
    // By index: an iterator makes an object for each of the bytes, kilobytes a header.
    for (let at = 0; at < blockSize; at++)
        sum += block[at] ?? 0;
    write('checksum', `${sum.toString(8).padStart(6, '0')}\0 `);
    return block;
}
/** Digits to the field's end but one, which stays NUL. */
function octal(value, field) {
    return value.toString(8).padStart(fields[field][1] - 1, '0');
}
function largest(field) {
    return 8 ** (fields[field][1] - 1) - 1;
}
/** A path in the two fields there are for it, if it has room in them: they are read with a `/` in between. */
function placeOf(path) {
    if (fits(path, 'name'))
        return { name: path, prefix: '' };
    // The earliest slash that leaves few enough bytes behind it; the last byte may be a directory's slash.
    const slash = path.indexOf('/', path.length - fields.name[1] - 1);
    if (slash <= 0 || slash === path.length - 1)
        return undefined;
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    return fits(prefix, 'prefix') && fits(name, 'name') ? { name, prefix } : undefined;
}
function fits(text, field) {
    return text.length <= fields[field][1] && isAscii(text);
}
function clipped(text, field) {
    return text.replace(/[^\x20-\x7e]/gu, '_').slice(0, fields[field][1]);
}
function isAscii(text) {
    return /^[\x20-\x7e]*$/.test(text);
}
/** `<length> <key>=<value>\n`, where the length counts its own digits too. */
function paxRecord(key, value) {
    const rest = ` ${key}=${value}\n`;
    const bytes = Buffer.byteLength(rest);
    let length = bytes + String(bytes).length;
    if (String(length).length > String(bytes).length)
        length = bytes + String(length).length;
    return `${length}${rest}`;
}

;// CONCATENATED MODULE: ./src/layers/tar.ts




/**
 * Entries as the bytes of a tar, one chunk after the other as they are asked for: memory does not grow with the entries.
 * It is written here and not by a library, since those that there are give 0644 for a mode of 0, cut off large user
 * numbers without a word, and leave a hard link's mode to chance.
 *
 * All layers pass here. A name that means a removal comes in as a whiteout or not at all: it would hide files of other layers.
 * @throws UserError for such a name; Error when a file has other bytes than its size says
 */
async function* tarStream(entries) {
    /** Engines give a file the mode and time of every entry that names it, so hard links repeat those of their file. */
    const files = new Map();
    for await (const entry of entries) {
        const { path, uid, gid } = entry;
        if (isReserved(path)) {
            throw new errors_UserError(`'/${path}' would mean in a layer that something is removed`, {
                advice: "Choose another name: no part of a path may begin with '.wh.'.",
            });
        }
        const common = { path, uid, gid, size: 0, mtime: fixedTime };
        switch (entry.type) {
            case 'directory':
                yield formatTarHeader({ ...common, type: 'directory', path: `${path}/`, mode: entry.mode });
                break;
            case 'symlink':
                yield formatTarHeader({ ...common, type: 'symlink', target: entry.target, mode: 0o777 });
                break;
            case 'whiteout':
                yield formatTarHeader({ ...common, type: 'file', path: whiteoutPath(path), mode: 0o644 });
                break;
            case 'opaque':
                yield formatTarHeader({ ...common, type: 'file', path: opaquePath(path), mode: 0o644 });
                break;
            case 'device': {
                const { kind, major, minor, mode } = entry;
                yield formatTarHeader({ ...common, type: kind, major, minor, mode });
                break;
            }
            case 'hardlink': {
                const file = files.get(entry.target);
                if (!file)
                    throw new Error(`hard link '${path}' to '${entry.target}', which is not before it`);
                yield formatTarHeader({ ...common, ...file, type: 'hardlink', target: entry.target });
                break;
            }
            case 'file': {
                const { size, mode, mtime = fixedTime } = entry;
                files.set(path, { mode, mtime });
                yield formatTarHeader({ ...common, type: 'file', size, mode, mtime });
                yield* contentOf(entry);
                if (size % blockSize !== 0)
                    yield padding(size);
            }
        }
    }
    yield Buffer.alloc(2 * blockSize);
}
async function* contentOf({ path, size, content, }) {
    let given = 0;
    for await (const chunk of content instanceof Uint8Array ? [content] : content) {
        given += chunk.length;
        if (given > size)
            break;
        yield chunk;
    }
    if (given !== size)
        throw new Error(`'${path}' has ${size} bytes, of which there came ${given}`);
}

;// CONCATENATED MODULE: ./src/layers/pack.ts










/**
 * Writes entries as a compressed layer. Both digests are computed on the way; memory does not grow with the layer.
 * @param file where the compressed bytes go; removed when packing fails
 * @param expected about how many bytes these will be, as far as that is known
 * @throws UserError when there is no room for them
 */
async function packEntries(entries, compression, file, expected) {
    const uncompressed = (0,external_node_crypto_namespaceObject.createHash)('sha256');
    const compressed = (0,external_node_crypto_namespaceObject.createHash)('sha256');
    let size = 0;
    // Hashed in large chunks: each header and small file by itself would cost more in calls than in hashing.
    const tar = hashing(rechunk(tarStream(entries), chunkSize), uncompressed);
    const blob = hashing(compress(tar, compression), compressed, (bytes) => (size += bytes));
    try {
        await (0,external_node_stream_promises_namespaceObject.pipeline)(blob, (0,external_node_fs_namespaceObject.createWriteStream)(file));
    }
    catch (error) {
        const full = diskError(error, { file, needed: expected });
        await (0,promises_namespaceObject.rm)(file, { force: true });
        throw full ?? error;
    }
    return {
        descriptor: { mediaType: layerMediaTypes[compression], digest: digested(compressed), size },
        diffId: digested(uncompressed),
        file,
    };
}
/** Hashes and counts bytes on their way. */
async function* hashing(chunks, hash, count = () => undefined) {
    for await (const chunk of chunks) {
        hash.update(chunk);
        count(chunk.length);
        yield chunk;
    }
}
function digested(hash) {
    return `sha256:${hash.digest('hex')}`; // what a sha256 gives is a digest
}

;// CONCATENATED MODULE: ./src/prefix/activation-files.ts

const variables = /^etc\/conda\/env_vars\.d\/[^/]+\.json$/;
const activation_files_script = /^etc\/conda\/activate\.d\/[^/]+\.sh$/;
/** Whether activation reads a file of a prefix. */
function isActivationFile(path) {
    return variables.test(path) || activation_files_script.test(path);
}
/**
 * The variables that an environment's packages set when it is activated: of etc/conda/env_vars.d/*.json, in the order
 * of the files' names.
 * @throws UserError when such a file is not what it should be
 */
function packageVariables(texts) {
    const files = sorted(texts).filter(({ path }) => variables.test(path));
    return Object.fromEntries(files.flatMap(({ path, text }) => Object.entries(parseVariables(path, text))));
}
/** The scripts that activation runs, in its order; their paths are absolute. */
function activationScripts(texts, prefix) {
    const files = sorted(texts).filter(({ path }) => activation_files_script.test(path));
    return files.map(({ path, text }) => ({ path: `${prefix}/${path}`, text }));
}
/** By path in code units. */
function sorted(texts) {
    return Object.entries(texts)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([path, text]) => ({ path, text }));
}
function parseVariables(path, text) {
    try {
        const json = JSON.parse(text);
        return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, String(value)]));
    }
    catch (error) {
        throw new UserError(`the environment's ${path} is not JSON`, {
            advice: 'Choose another build of the package that has it.',
            cause: error,
        });
    }
}

;// CONCATENATED MODULE: ./src/base/file-tree.ts


/** What runtimes give a directory that no layer speaks of but through what it holds. */
const impliedDirectory = { type: 'directory', mode: 0o755, uid: 0, gid: 0 };
/**
 * The files of an image, put together from its layers (OCI image-spec, layer.md, "Whiteouts" and "Applying Changesets").
 */
class FileTree {
    #files = new Map();
    /** By directory the paths in it, those that are gone among them while something is below them. */
    #inside = new Map();
    #implied;
    /** @param implied what a directory is that no layer speaks of: `impliedDirectory`, with what else a file here has */
    constructor(implied) {
        this.#implied = implied;
    }
    get files() {
        return this.#files;
    }
    /** Puts a layer on those below. */
    apply(layer) {
        const put = this.beginLayer();
        for (const entry of layer)
            put(entry);
    }
    /** Puts a layer on those below, one entry after the other. */
    beginLayer() {
        const added = new Set();
        // Where all of the lower layers is hidden already: a second mark changes nothing, and looking for that takes long.
        const emptied = new Set();
        const isFirst = (path) => !emptied.has(path) && emptied.add(path).size > 0;
        return (entry) => {
            // A path in the tar may lead through a link of a lower layer.
            const path = this.#placeOf(entry.path);
            const name = external_node_path_namespaceObject.posix.basename(path);
            if (!name.startsWith('.wh.'))
                return this.#add(path, entry, added);
            const parent = path.slice(0, -name.length);
            if (name === '.wh..wh..opq') {
                const directory = parent.slice(0, -1);
                return { hidden: isFirst(`${directory}/`) ? this.#hideBelow(directory, added) : [], implied: [] };
            }
            // Others of this kind are AUFS's bookkeeping, and hide nothing.
            if (name.startsWith('.wh..wh.'))
                return { hidden: [], implied: [] };
            const hidden = `${parent}${name.slice('.wh.'.length)}`;
            return { hidden: isFirst(hidden) ? this.#hide(hidden, added) : [], implied: [] };
        };
    }
    #add(path, entry, added) {
        const original = 'file' in entry ? undefined : this.#placeOf(entry.hardLinkTo);
        const file = 'file' in entry ? entry.file : this.#files.get(original ?? '');
        if (!file)
            return { hidden: [], implied: [] };
        // Only a directory in the place of a directory leaves what is there.
        const stays = file.type === 'directory' && this.#files.get(path)?.type === 'directory';
        const hidden = stays || path === original ? [] : this.#hide(path, new Set());
        const implied = [];
        for (let parent = external_node_path_namespaceObject.posix.dirname(path); parent !== '.'; parent = external_node_path_namespaceObject.posix.dirname(parent)) {
            const above = this.#files.get(parent);
            if (above?.type === 'directory')
                break;
            if (above)
                hidden.push(parent);
            this.#set(parent, this.#implied);
            added.add(parent);
            implied.unshift(parent);
        }
        this.#set(path, file);
        added.add(path);
        return { path, ...(original !== undefined && { original }), hidden, implied };
    }
    #placeOf(path) {
        return resolvePath(this.#files, path, { followLast: false });
    }
    /** A whiteout hides what lower layers have, never what its own layer brings. */
    #hide(path, added) {
        const file = this.#files.get(path);
        const hidden = file?.type === 'directory' ? this.#hideBelow(path, added) : [];
        if (file && !added.has(path)) {
            this.#files.delete(path);
            this.#forget(path);
            hidden.push(path);
        }
        return hidden;
    }
    #hideBelow(directory, added) {
        const hidden = [];
        const waiting = [directory];
        for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
            for (const path of this.#inside.get(place) ?? []) {
                waiting.push(path);
                if (!added.has(path) && this.#files.delete(path))
                    hidden.push(path);
            }
        }
        // Deeper ones come behind those above them, and are forgotten first.
        hidden.sort().reverse();
        for (const path of hidden)
            this.#forget(path);
        return hidden;
    }
    #set(path, file) {
        this.#files.set(path, file);
        const parent = file_tree_parentOf(path);
        const inside = this.#inside.get(parent);
        if (inside)
            inside.add(path);
        else
            this.#inside.set(parent, new Set([path]));
    }
    /** Takes what is gone out of what its directory holds, unless something is below it still. */
    #forget(path) {
        const parent = file_tree_parentOf(path);
        const inside = this.#inside.get(parent);
        if (this.#inside.has(path) || !inside?.delete(path))
            return;
        if (inside.size === 0)
            this.#inside.delete(parent);
    }
}
function file_tree_parentOf(path) {
    return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
/** How many links Linux follows before it takes them for a circle, path_resolution(7). */
const linkLimit = 40;
/**
 * The path without links: those among its parents are followed, and the one at its end if that is asked for.
 * @throws UserError when links lead in a circle
 */
function resolvePath(files, path, { followLast }) {
    const waiting = stepsOf(path).reverse();
    let place = '';
    let links = 0;
    for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
        const next = step === '..' ? file_tree_parentOf(place) : place === '' ? step : `${place}/${step}`;
        const file = files.get(next);
        if (file?.type !== 'symlink' || (waiting.length === 0 && !followLast)) {
            place = next;
            continue;
        }
        if (++links > linkLimit) {
            throw new errors_UserError(`/${path} leads in a circle of links`, { at: { input: 'base-image' } });
        }
        const target = file.target ?? '';
        if (target.startsWith('/'))
            place = '';
        waiting.push(...stepsOf(target).reverse());
    }
    return place;
}
function stepsOf(path) {
    return path.split('/').filter((step) => step !== '' && step !== '.');
}

;// CONCATENATED MODULE: ./src/execute/before.ts



/** What a directory is that no layer speaks of; nobody asks for what it holds. */
function emptyBefore() {
    return new FileTree({ ...impliedDirectory, source: { layer: -1, name: '' } });
}
/** @throws UserError when a layer is not to be had */
async function readBefore(layers) {
    const before = emptyBefore();
    for (const [index, layer] of layers.entries())
        await putLayer(before, layer, index);
    return before;
}
/**
 * Puts a layer on those below.
 * @param index its position
 */
async function putLayer(before, layer, index) {
    const put = before.beginLayer();
    for await (const { path, header } of readLayerTar(layer))
        put(entryBefore(path, header, index));
}
/** An entry of a layer's tar, as the tree of files takes it. */
function entryBefore(path, header, layer) {
    if (header.type === 'link')
        return { path, hardLinkTo: cleanPath(header.linkname) };
    return { path, file: { ...stateOf(header), source: { layer, name: path } } };
}
/** What the header of a tar says of a path; not of another name of a file, which says nothing. */
function stateOf(header) {
    const common = { mode: header.mode & 0o7777, ...ownerOf(header) };
    if (isFile(header))
        return { ...common, type: 'file', size: header.size };
    const { type, linkname: target, devmajor: major, devminor: minor } = header;
    if (type === 'directory')
        return { ...common, type };
    if (type === 'symlink')
        return { ...common, type, mode: 0o777, target };
    if (type === 'character-device' || type === 'block-device') {
        const kind = type === 'block-device' ? 'block' : 'character';
        return { ...common, type: 'device', kind, major, minor };
    }
    return { ...common, type: 'other' };
}
/**
 * The sha256 of files as the layers have them, in hexadecimal: of each layer that has one of them, all is read.
 * @param wanted the files by the path that the answer is to have
 */
async function hashesIn(layers, wanted) {
    const hashes = new Map();
    for (const [index, layer] of layers.entries()) {
        const here = [...wanted].filter(([, { source }]) => source.layer === index);
        const names = new Set(here.map(([, { source }]) => source.name));
        if (names.size === 0)
            continue;
        const found = new Map();
        for await (const { path, header, content } of layer_tar_readLayerTar(layer)) {
            if (isFile(header) && names.has(path))
                found.set(path, await hashOf(content));
        }
        for (const [path, { source }] of here)
            hashes.set(path, found.get(source.name) ?? '');
    }
    return hashes;
}
async function hashOf(content) {
    const hash = (0,external_node_crypto_namespaceObject.createHash)('sha256');
    for await (const chunk of content)
        hash.update(chunk);
    return hash.digest('hex');
}

;// CONCATENATED MODULE: ./src/execute/changes.ts








/**
 * Packs what has changed as a layer: a function of what was there and of what is there, not of how it came about. Entries are
 * sorted by path, each behind the directories above it, with one time for all (`fixedTime`).
 * @throws UserError for a device or a file that changes who runs it, where the rules refuse them
 */
async function packChanges(differences, request) {
    const { rules, compression, file } = request;
    const all = await findChanges(differences);
    const isWanted = ({ path }) => rules.only === undefined || isBelow(path, rules.only);
    const isNever = ({ path }) => rules.never.some((place) => isBelow(path, place));
    const made = all.filter((change) => isWanted(change) && !isNever(change));
    const leftOut = rules.exclude && findLeftOut(filesBelow(rules.exclude.prefix, made), rules.exclude.patterns);
    const kept = rules.exclude ? withoutExcluded(made, differences, rules.exclude) : made;
    const special = kept.filter(({ now }) => now && isSpecial(now)).map(({ path }) => path);
    if (special.length > 0 && rules.refuseSpecial)
        throw refusedSpecial(special);
    const dropped = all.filter((change) => !isWanted(change));
    const left = all.filter((change) => !kept.includes(change));
    const added = kept.flatMap(({ now }) => (now ? [now] : []));
    return {
        layer: await packEntries(entriesOf(kept, differences, rules), compression, file),
        paths: kept.map(({ path }) => path),
        files: added.length,
        bytes: added.reduce((sum, now) => sum + (now.type === 'file' ? now.size : 0), 0),
        removed: kept.filter(({ now }) => !now).length,
        ...(leftOut && { leftOut }),
        dropped: outermost(dropped.map(({ path }) => path)),
        special,
        activation: await activationOf(kept, differences),
        isStale: left.some(({ path }) => differences.before.has(path)),
        leftover: outermost(left.map(({ path }) => path)),
    };
}
/** What changes put below a prefix, relative to it. */
function filesBelow(prefix, changes) {
    return changes.flatMap(({ path, now }) => {
        if (!now || path === prefix || !isBelow(path, prefix))
            return [];
        const below = path.slice(prefix.length + 1);
        if (now.type === 'directory')
            return [{ path: below, size: 0, type: now.type }];
        return [{ path: below, size: now.type === 'file' ? now.size : 0 }];
    });
}
/** What patterns leave, without the new directories that hold nothing but what they leave out. */
function withoutExcluded(made, { before }, { prefix, patterns }) {
    const exclusion = exclusionOf(patterns);
    const excluded = new Set(filesBelow(prefix, made)
        .filter(({ path, type }) => exclusion.excludedBy(path, type) !== undefined)
        .map(({ path }) => `${prefix}/${path}`));
    const isDirectory = ({ now }) => now?.type === 'directory';
    const kept = made.filter((change) => isDirectory(change) || !excluded.has(change.path));
    const emptied = new Set([...excluded].flatMap((path) => [path, ...above(path)]));
    const needed = new Set(kept
        .filter((change) => !isDirectory(change) || !emptied.has(change.path))
        .flatMap(({ path }) => [...above(path)]));
    return kept.filter(({ path }) => !emptied.has(path) || needed.has(path) || before.has(path));
}
/** Sorted by path. */
async function findChanges({ before, now, gone, hashesBefore }) {
    const candidates = [...now].filter(([path]) => !isPassing(path));
    const doubtful = candidates.filter(([path, file]) => {
        const old = before.get(path);
        return file.type === 'file' && old !== undefined && hasSameLook(old, file);
    });
    const hashes = doubtful.length > 0 ? await hashesBefore(doubtful.map(([path]) => path)) : new Map();
    const isSame = async (path, file) => {
        const old = before.get(path);
        if (!old || !hasSameLook(old, file))
            return false;
        return (file.type !== 'file' || (file.open !== undefined && hashes.get(path) === (await hashOf(file.open()))));
    };
    const changes = [];
    const lost = new Set(gone.filter((path) => !isPassing(path)));
    for (const [path, file] of candidates) {
        // A socket or a pipe is for the processes that had it.
        if (file.type === 'other') {
            if (before.has(path) && before.get(path)?.type !== 'other')
                lost.add(path);
        }
        else if (!(await isSame(path, file)))
            changes.push({ path, now: file });
    }
    for (const path of lost) {
        const [parent = ''] = above(path);
        // What takes the place of a directory takes away what it held.
        if (!lost.has(parent) && (now.get(parent)?.type ?? 'directory') === 'directory')
            changes.push({ path });
    }
    return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}
/** Whether two states differ in content at most. A link's own mode means nothing. */
function hasSameLook(old, now) {
    if (old.type !== now.type || old.uid !== now.uid || old.gid !== now.gid)
        return false;
    if (old.type === 'symlink')
        return old.target === now.target;
    if (old.mode !== now.mode)
        return false;
    if (old.type === 'file')
        return old.size === now.size;
    if (old.type !== 'device')
        return true;
    const device = now;
    return old.kind === device.kind && old.major === device.major && old.minor === device.minor;
}
const setId = 0o6000;
function isSpecial(file) {
    return file.type === 'device' || (file.type === 'file' && (file.mode & setId) !== 0);
}
function refusedSpecial(paths) {
    return new errors_UserError(`a link script made what gives whoever runs it other rights: ${paths.map((path) => `/${path}`).join(', ')}`, {
        at: { input: 'link-scripts' },
        advice: "Name its package in 'link-scripts-skip', and make it with 'run', which is yours, if it has to be.",
    });
}
/** Those of the paths that lie below no other of them. */
function outermost(paths) {
    const all = new Set(paths);
    return paths.filter((path) => ![...above(path)].some((parent) => all.has(parent)));
}
function* entriesOf(kept, { before, gone }, rules) {
    const opaque = emptied(kept, before, gone);
    const changes = new Map(kept.map((change) => [change.path, change]));
    const paths = new Set();
    for (const { path, now } of kept) {
        const parents = [...above(path)];
        // What is said of a directory that lost everything is said once.
        if (now || !opaque.has(parents[0] ?? ''))
            paths.add(path);
        // Where a layer does not name the directories above, some engines make them anew with the mode 755.
        for (const parent of parents)
            paths.add(parent);
    }
    const names = new Map();
    for (const path of [...paths].sort()) {
        const change = changes.get(path);
        const file = change ? change.now : before.get(path);
        if (file)
            yield* entryOf(path, opened(path, file, rules), names);
        else
            yield { type: 'whiteout', path, uid: 0, gid: 0 };
        if (opaque.has(path))
            yield { type: 'opaque', path, uid: 0, gid: 0 };
    }
}
/** Directories that have nothing left of what they held, which was more than one thing. */
function emptied(kept, before, gone) {
    const count = (paths) => {
        const counts = new Map();
        for (const path of paths) {
            const [parent = ''] = above(path);
            counts.set(parent, (counts.get(parent) ?? 0) + 1);
        }
        return counts;
    };
    const lost = count(kept.filter(({ now }) => !now).map(({ path }) => path));
    if (lost.size === 0)
        return new Set();
    const had = count(before.keys());
    const missing = new Set(gone);
    const isEmptied = ([path, paths]) => path !== '' && paths > 1 && paths === had.get(path) && !missing.has(path);
    return new Set([...lost].filter(isEmptied).map(([path]) => path));
}
function opened(path, file, { openToGroup }) {
    if (openToGroup === undefined || !isBelow(path, openToGroup))
        return file;
    return { ...file, gid: 0, mode: file.type === 'symlink' ? file.mode : groupAsOwner(file.mode) };
}
/** @param names where the files lie that have several names, by what they have in common */
function* entryOf(path, file, names) {
    const { uid, gid, mode } = file;
    const common = { path, uid, gid };
    switch (file.type) {
        case 'directory':
            yield { ...common, type: 'directory', mode };
            break;
        case 'symlink':
            yield { ...common, type: 'symlink', target: file.target };
            break;
        case 'device': {
            const { kind, major, minor } = file;
            yield { ...common, type: 'device', kind, major, minor, mode };
            break;
        }
        case 'other':
            break;
        case 'file': {
            const { identity, size, open } = file;
            const target = identity === undefined ? undefined : names.get(identity);
            if (target !== undefined)
                yield { ...common, type: 'hardlink', target };
            else {
                if (identity !== undefined)
                    names.set(identity, path);
                if (!open)
                    throw new Error(`'/${path}' has changed, and cannot be read`);
                yield { ...common, type: 'file', mode, size, content: open() };
            }
        }
    }
}
/** Where activation files of some prefix lie, relative to the root. */
const inPrefix = /^(?:.*\/)?(etc\/conda\/.*)$/;
async function activationOf(kept, { before, gone }) {
    const isRead = (path) => isActivationFile(inPrefix.exec(path)?.[1] ?? '');
    const texts = {};
    const removed = kept.filter(({ now }) => !now).map(({ path }) => path);
    for (const path of gone) {
        if (isRead(path) && before.has(path) && removed.some((place) => isBelow(path, place)))
            texts[path] = null;
    }
    for (const { path, now } of kept) {
        if (now?.type !== 'file' || !now.open || !isRead(path))
            continue;
        const chunks = await Array.fromAsync(now.open());
        texts[path] = Buffer.concat(chunks).toString();
    }
    return texts;
}

;// CONCATENATED MODULE: ./src/execute/output.ts
/** A program that ends no line is shown all the same, in pieces of this many code units. */
const output_longest = 64 * 1024;
/** Gives what a program writes line by line as it comes, the last one also when nothing ends it. */
async function readLines(stream, onLine) {
    let rest = '';
    // A character that two chunks share comes whole.
    for await (const chunk of stream.setEncoding('utf8')) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines)
            onLine(shownOf(line));
        if (rest.length > output_longest) {
            onLine(rest);
            rest = '';
        }
    }
    if (rest !== '')
        onLine(shownOf(rest));
}
/** What a terminal would show in the end of a line that was written again and again, as progress is. */
function shownOf(line) {
    const whole = line.replace(/\r+$/, '');
    return whole.slice(whole.lastIndexOf('\r') + 1);
}

;// CONCATENATED MODULE: ./src/common/json.ts
/** Looks at values that came as JSON from elsewhere. */
function isRecord(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function isStringRecord(value) {
    return isRecord(value) && Object.values(value).every((item) => typeof item === 'string');
}

;// CONCATENATED MODULE: ./src/execute/runtime.ts






/** `runc as root`, `crun by sudo`, `runc without root` */
function describeRuntime({ name, rights }) {
    return `${name} ${{ root: 'as root', sudo: 'by sudo', rootless: 'without root' }[rights]}`;
}
/** Where they are besides PATH, which for a plain user often lacks the first ones: as podman looks for them (containers.conf). */
const usualFolders = (/* unused pure expression or super */ null && ([
    '/usr/local/sbin',
    '/usr/local/bin',
    '/usr/sbin',
    '/usr/bin',
    '/sbin',
    '/bin',
    '/usr/libexec/crio',
    '/usr/lib/cri-o-runc/sbin',
]));
/**
 * Finds the ways to run containers that this machine may have; `probe` says which of them do. Those with more rights come first, since
 * files then belong to whom they belong in the image.
 * @param environment with PATH
 * @param uid whose this process is
 */
async function findRuntimes(environment, uid = process.getuid?.()) {
    if (process.platform !== 'linux')
        return [];
    const path = (environment['PATH'] ?? '').split(delimiter).filter(isAbsolute);
    const programs = [];
    for (const name of ['runc', 'crun']) {
        const program = await firstExecutable(name, [...path, ...usualFolders]);
        if (program !== undefined)
            programs.push({ name, program, seccomp: await filtersCalls(program, environment) });
    }
    if (programs.length === 0)
        return [];
    const rights = uid === 0 ? ['root'] : (await hasSudo(environment)) ? ['sudo', 'rootless'] : ['rootless'];
    return rights.flatMap((rights) => programs.map((program) => ({ ...program, rights })));
}
async function firstExecutable(name, folders) {
    for (const folder of folders) {
        const file = join(folder, name);
        const isThere = await access(file, constants.X_OK).then(() => true, () => false);
        if (isThere)
            return file;
    }
    return undefined;
}
/** runc names its libseccomp among its versions, crun says `+SECCOMP`; one that cannot even say its version is for a probe to judge. */
async function filtersCalls(program, { PATH }) {
    const { stdout } = await runQuietly([program, '--version'], { PATH });
    return /^libseccomp: |\+SECCOMP\b/m.test(stdout);
}
async function hasSudo(environment) {
    return (await runQuietly(['sudo', '-n', 'true'], { PATH: environment['PATH'] })).exitCode === 0;
}
const logOf = (bundle) => (0,external_node_path_namespaceObject.join)(bundle, 'runtime.log');
/**
 * The program and the arguments that run a container to its end. Standard input, output and error are the container's, so is the exit
 * code, unless it could not be started, see `readRuntimeError`.
 */
function runArguments(runtime, { bundle, ...place }) {
    const log = ['--log', logOf(bundle), '--log-format', 'json'];
    return [...beginning(runtime, place), ...log, 'run', '--bundle', bundle, place.id];
}
/**
 * Why a container could not be started or held, once it has ended with an error; undefined when that was the command's own. The log is
 * gone then, for the next container of this bundle.
 */
function readRuntimeError({ bundle }) {
    const file = logOf(bundle);
    try {
        const lines = (0,external_node_fs_namespaceObject.readFileSync)(file, 'utf8').trim().split('\n');
        (0,external_node_fs_namespaceObject.rmSync)(file);
        return lines.flatMap(errorOf).at(-1);
    }
    catch {
        return undefined; // there was nothing to log
    }
}
function errorOf(line) {
    const entry = JSON.parse(line);
    if (!isRecord(entry) || entry['level'] !== 'error' || typeof entry['msg'] !== 'string')
        return [];
    return [foreign_foreignText(entry['msg'])];
}
/** Those that kill everything in it at once. */
function killArguments(runtime, place) {
    return [...beginning(runtime, place), 'kill', place.id, 'KILL'];
}
/** Those that remove what is left of it: processes, cgroups, state; none of it being there is no error. */
function deleteArguments(runtime, place) {
    return [...beginning(runtime, place), 'delete', '--force', place.id];
}
function beginning({ name, program, rights }, { state }) {
    return [
        ...(rights === 'sudo' ? ['sudo', '-n'] : []),
        program,
        ...['--root', state],
        // A plain user may make no cgroup. runc then goes without by itself, as long as the config asks for none.
        ...(name === 'crun' ? [`--cgroup-manager=${rights === 'rootless' ? 'disabled' : 'cgroupfs'}`] : []),
    ];
}
/**
 * All variables of a runtime, and of the sudo before it: none of them reaches a container, but neither should the runtime have the
 * job's.
 */
function runtimeVariables({ state }) {
    const folders = [process.env['PATH'], '/usr/sbin', '/usr/bin', '/sbin', '/bin'].filter(Boolean);
    return { PATH: folders.join(external_node_path_namespaceObject.delimiter), XDG_RUNTIME_DIR: state };
}

;// CONCATENATED MODULE: ./src/execute/tree.ts







/** What every image has, said of or not. */
const rootDirectory = { type: 'directory', mode: 0o755, uid: 0, gid: 0 };
/**
 * The file system of an image in a folder of this machine, laid layer by layer. Calls are synchronous: there are some ten thousands of
 * small files, and a process of its own that does nothing else.
 *
 * As root everything has its owner. Another user owns all of it, and of users there is one when a command runs: files of others get
 * modes by which he may do with them what he might if they were theirs (`modeFor`).
 */
class DiskTree {
    root;
    #user;
    #layers = [];
    #before = emptyBefore();
    #times = new Map();
    /** Folders of ours for commands to begin in. */
    #provided = new Map();
    #stamps = new Map();
    /** Whether it is not settled. */
    #isOpen = true;
    /**
     * @param root an empty folder
     * @param user the only one that commands run as, where this process is not root's
     */
    constructor(root, user) {
        this.root = root;
        this.#user = user;
        (0,external_node_fs_namespaceObject.chmodSync)(root, 0o755);
    }
    /**
     * Lays a layer on those below.
     * @param entries what it has, where they are being read already
     */
    async add(layer, entries = layer_tar_readLayerTar(layer)) {
        this.#open();
        const index = this.#layers.push(layer) - 1;
        const put = this.#before.beginLayer();
        for await (const entry of entries) {
            const placement = put(entryBefore(entry.path, entry.header, index));
            this.#clear(placement);
            const { path, original } = placement;
            const state = path === undefined ? undefined : this.#before.files.get(path);
            if (path === undefined || !state || path === original)
                continue;
            if (original !== undefined)
                (0,external_node_fs_namespaceObject.linkSync)(this.#onDisk(original), this.#onDisk(path));
            else
                await this.#lay(path, state, timeOf(entry.header), entry.content);
        }
    }
    /** To be called when layers were laid, before anything runs. */
    settle() {
        if (this.#isOpen)
            this.#close();
    }
    #close() {
        this.#stamps = new Map();
        // The deepest first: what is below a closed one is out of reach.
        for (const [path, state] of this.#directories().toReversed()) {
            const directory = this.#onDisk(path);
            for (const [inside, stats] of this.#list(path)) {
                if (!stats.isDirectory())
                    this.#stamps.set(inside, stampOf(stats));
            }
            const time = this.#times.get(path) ?? fixedTime;
            (0,external_node_fs_namespaceObject.utimesSync)(directory, time, time);
            if (this.#user)
                (0,external_node_fs_namespaceObject.chmodSync)(directory, modeFor(state, this.#user));
            this.#stamps.set(path, stampOf((0,external_node_fs_namespaceObject.lstatSync)(directory)));
        }
        this.#isOpen = false;
    }
    /** Makes a folder for a command to begin in, as engines do: what was not there is root's. */
    provide(directory) {
        const path = directory.replace(/^\/+|\/+$/g, '');
        const place = resolvePath(this.#before.files, path, { followLast: true });
        for (const part of [...above(place), place].sort()) {
            const file = this.#onDisk(part);
            const stats = (0,external_node_fs_namespaceObject.lstatSync)(file, { throwIfNoEntry: false });
            // What a command has put there may lead out of the tree.
            if (stats && !stats.isDirectory())
                return;
            if (stats)
                continue;
            this.#within(external_node_path_namespaceObject.posix.dirname(part), () => {
                (0,external_node_fs_namespaceObject.mkdirSync)(file);
                (0,external_node_fs_namespaceObject.chmodSync)(file, this.#user ? modeFor(rootDirectory, this.#user) : rootDirectory.mode);
            });
            this.#provided.set(part, rootDirectory);
        }
    }
    /** What is other than it was laid, or packed. Until it is settled again nothing is to run. */
    differences() {
        const before = this.#before.files;
        const now = new Map();
        const found = new Set();
        for (const [path, stats] of this.#walk()) {
            const stamp = stampOf(stats);
            const old = this.#stamps.get(path);
            found.add(path);
            if (old?.inode === stamp.inode && old.changed === stamp.changed)
                continue;
            now.set(path, this.#now(path, stats, old?.inode === stamp.inode ? before.get(path) : this.#provided.get(path)));
        }
        // Nodes of devices are not laid.
        const gone = [...before]
            .filter(([path, { type }]) => !found.has(path) && type !== 'device' && type !== 'other')
            .map(([path]) => path);
        const hashesBefore = (paths) => {
            const wanted = paths.flatMap((path) => {
                const old = before.get(path);
                return old ? [[path, old]] : [];
            });
            return hashesIn(this.#layers, new Map(wanted));
        };
        return { before, now, gone, hashesBefore };
    }
    /** Takes what was packed for what is there, as the image will have it; what was left out of it is as it was before. */
    async adopt({ leftover }, layer) {
        const index = this.#layers.push(layer) - 1;
        const put = this.#before.beginLayer();
        for await (const { path, header } of layer_tar_readLayerTar(layer)) {
            const placement = put(entryBefore(path, header, index));
            const time = timeOf(header);
            if (header.type === 'directory')
                this.#times.set(path, time);
            else if (isFile(header) && placement.path !== undefined)
                (0,external_node_fs_namespaceObject.utimesSync)(this.#onDisk(path), time, time);
        }
        if (leftover.length > 0)
            await this.#restore(leftover);
        this.#close();
    }
    /** Makes of what is at some paths, and below, what the layers have there. */
    async #restore(paths) {
        this.#open();
        for (const path of paths)
            removeTree(this.#onDisk(path));
        const lost = [...this.#before.files].filter(([path]) => paths.some((place) => isBelow(path, place)));
        const files = new Map();
        const keyOf = ({ layer, name }) => `${layer}/${name}`;
        for (const [path, state] of lost.sort(([one], [other]) => (one < other ? -1 : 1))) {
            if (state.type === 'file')
                files.set(keyOf(state.source), [...(files.get(keyOf(state.source)) ?? []), path]);
            else
                await this.#lay(path, state, this.#times.get(path) ?? fixedTime);
        }
        for (const [layer, blob] of this.#layers.entries()) {
            if (!lost.some(([, { type, source }]) => type === 'file' && source.layer === layer))
                continue;
            for await (const { path: name, header, content } of layer_tar_readLayerTar(blob)) {
                const [path, ...others] = (isFile(header) && files.get(keyOf({ layer, name }))) || [];
                const state = path === undefined ? undefined : this.#before.files.get(path);
                if (path === undefined || !state)
                    continue;
                await this.#lay(path, state, timeOf(header), content);
                for (const other of others)
                    (0,external_node_fs_namespaceObject.linkSync)(this.#onDisk(path), this.#onDisk(other));
            }
        }
    }
    /** The directories of the image, its root the first, each before what it holds. */
    #directories() {
        const found = [...this.#before.files].filter(([path, { type }]) => type === 'directory' && !isPassing(path));
        return [['', rootDirectory], ...found.sort(([a], [b]) => (a < b ? -1 : 1))];
    }
    /** Lets this user change what is in the directories, since he may not be whom they let do so, until it is settled. */
    #open() {
        if (this.#isOpen)
            return;
        this.#isOpen = true;
        if (!this.#user)
            return;
        for (const [path] of this.#directories())
            (0,external_node_fs_namespaceObject.chmodSync)(this.#onDisk(path), 0o700);
    }
    /** The same for one directory, while something is done. */
    #within(directory, work) {
        const file = this.#onDisk(directory);
        const mode = (0,external_node_fs_namespaceObject.lstatSync)(file).mode & 0o7777;
        if (this.#user)
            (0,external_node_fs_namespaceObject.chmodSync)(file, mode | 0o700);
        work();
        if (this.#user)
            (0,external_node_fs_namespaceObject.chmodSync)(file, mode);
    }
    remove() {
        removeTree(this.root);
    }
    #clear({ hidden, implied }) {
        for (const path of hidden) {
            const file = this.#onDisk(path);
            const stats = (0,external_node_fs_namespaceObject.lstatSync)(file, { throwIfNoEntry: false });
            if (stats?.isDirectory())
                (0,external_node_fs_namespaceObject.rmdirSync)(file);
            else if (stats)
                (0,external_node_fs_namespaceObject.unlinkSync)(file);
        }
        for (const path of implied)
            (0,external_node_fs_namespaceObject.mkdirSync)(this.#onDisk(path), 0o755);
    }
    async #lay(path, state, time, content) {
        const file = this.#onDisk(path);
        if (state.type === 'directory') {
            (0,external_node_fs_namespaceObject.mkdirSync)(file, { recursive: true, mode: 0o700 });
            this.#times.set(path, time);
            if (this.#user)
                return;
            (0,external_node_fs_namespaceObject.lchownSync)(file, state.uid, state.gid);
            (0,external_node_fs_namespaceObject.chmodSync)(file, state.mode);
        }
        else if (state.type === 'symlink') {
            (0,external_node_fs_namespaceObject.symlinkSync)(state.target, file);
            if (!this.#user)
                (0,external_node_fs_namespaceObject.lchownSync)(file, state.uid, state.gid);
        }
        else if (state.type === 'file' && content) {
            const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = external_node_fs_namespaceObject.constants;
            const handle = (0,external_node_fs_namespaceObject.openSync)(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
            try {
                for await (const chunk of content)
                    writeAll(handle, chunk);
                if (!this.#user)
                    (0,external_node_fs_namespaceObject.fchownSync)(handle, state.uid, state.gid);
                (0,external_node_fs_namespaceObject.fchmodSync)(handle, this.#user ? modeFor(state, this.#user) : state.mode);
                (0,external_node_fs_namespaceObject.futimesSync)(handle, time, time);
            }
            finally {
                (0,external_node_fs_namespaceObject.closeSync)(handle);
            }
        }
    }
    /** @param laid what the file was laid as, where it is still that one */
    #now(path, stats, laid) {
        const mode = stats.mode & 0o7777;
        const user = this.#user;
        const { uid, gid } = user && laid ? laid : (user ?? stats);
        const common = { uid, gid, mode: user && laid && mode === modeFor(laid, user) ? laid.mode : mode };
        if (stats.isDirectory())
            return { ...common, type: 'directory' };
        if (stats.isSymbolicLink()) {
            return { ...common, type: 'symlink', target: (0,external_node_fs_namespaceObject.readlinkSync)(this.#onDisk(path)) };
        }
        if (stats.isFile()) {
            return {
                ...common,
                type: 'file',
                size: stats.size,
                ...(stats.nlink > 1 && { identity: String(stats.ino) }),
                open: () => this.#read(path, mode),
            };
        }
        if (stats.isCharacterDevice() || stats.isBlockDevice()) {
            const kind = stats.isBlockDevice() ? 'block' : 'character';
            return { ...common, type: 'device', kind, ...deviceNumbers(stats.rdev) };
        }
        return { ...common, type: 'other' };
    }
    async *#read(path, mode) {
        const file = this.#onDisk(path);
        // Its owner may read it when he wants to.
        const isClosed = this.#user !== undefined && (mode & 0o400) === 0;
        if (isClosed)
            (0,external_node_fs_namespaceObject.chmodSync)(file, mode | 0o400);
        try {
            yield* (0,external_node_fs_namespaceObject.createReadStream)(file, { highWaterMark: 1 << 20 });
        }
        finally {
            if (isClosed)
                (0,external_node_fs_namespaceObject.chmodSync)(file, mode);
        }
    }
    /** Everything in the tree, a directory before what it holds. What this user cannot look into is opened, for all is his. */
    *#walk() {
        const waiting = [''];
        for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
            for (const [path, stats] of this.#list(directory)) {
                yield [path, stats];
                if (!stats.isDirectory())
                    continue;
                if (this.#user && (stats.mode & 0o700) !== 0o700)
                    (0,external_node_fs_namespaceObject.chmodSync)(this.#onDisk(path), 0o700);
                waiting.push(path);
            }
        }
    }
    /** What a directory holds. */
    #list(directory) {
        return (0,external_node_fs_namespaceObject.readdirSync)(this.#onDisk(directory)).flatMap((name) => {
            const path = directory === '' ? name : `${directory}/${name}`;
            const stats = (0,external_node_fs_namespaceObject.lstatSync)(this.#onDisk(path), { throwIfNoEntry: false });
            return stats ? [[path, stats]] : [];
        });
    }
    /** @param path clean, as those of layers are: this is asked several times for each file, so that joining is not for free */
    #onDisk(path) {
        return `${this.root}/${path}`;
    }
}
function writeAll(handle, chunk) {
    for (let done = 0; done < chunk.length;)
        done += (0,external_node_fs_namespaceObject.writeSync)(handle, chunk, done);
}
function timeOf({ mtime }) {
    return mtime.getTime() / 1000;
}
function stampOf({ ino, ctimeMs }) {
    return { inode: ino, changed: ctimeMs };
}
/**
 * The mode by which the owner of a file may do with it what `user` might, if it belonged to whom it says: there is one user in
 * the namespace of a runtime without rights, and everything is his. Root may do everything.
 */
function modeFor({ type, mode, uid, gid }, user) {
    if (user.uid === 0)
        return type === 'directory' ? mode | 0o700 : mode | 0o600;
    if (uid === user.uid)
        return mode;
    const shift = gid === user.gid ? 3 : 0;
    return (mode & 0o077) | (((mode >> shift) & 0o7) << 6);
}
/** As glibc packs them, gnu_dev_major(3). */
function deviceNumbers(device) {
    const number = BigInt(device);
    const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn);
    const minor = (number & 0xffn) | ((number >> 12n) & ~0xffn & 0xffffffffn);
    return { major: Number(major), minor: Number(minor) };
}
/** Removes a folder, whatever modes commands left in it. */
function removeTree(folder) {
    try {
        (0,external_node_fs_namespaceObject.rmSync)(folder, { recursive: true, force: true });
    }
    catch {
        openAll(folder);
        (0,external_node_fs_namespaceObject.rmSync)(folder, { recursive: true, force: true });
    }
}
function openAll(directory) {
    (0,external_node_fs_namespaceObject.chmodSync)(directory, 0o700);
    for (const entry of (0,external_node_fs_namespaceObject.readdirSync)(directory, { withFileTypes: true })) {
        if (entry.isDirectory())
            openAll((0,external_node_path_namespaceObject.join)(directory, entry.name));
    }
}

;// CONCATENATED MODULE: ./src/execute/host.ts














// Layers pass through in buffers, as in the main program: collecting them more often takes a quarter of the time.
(0,external_node_v8_namespaceObject.setFlagsFromString)('--heap-growing-percent=400');
class Host {
    #setup;
    #place;
    #container;
    #tree;
    #running;
    /** What was packed last, until something comes after it: it need not be looked at where nothing does. */
    #packed;
    /** What was asked last: one is done after the other. */
    #last = Promise.resolve();
    constructor(setup) {
        const { folder, runtime, rootless } = setup;
        const at = (name) => (0,external_node_path_namespaceObject.join)(folder, name);
        for (const name of ['root', 'state', 'bundle', 'tmp'])
            (0,external_node_fs_namespaceObject.mkdirSync)(at(name));
        this.#setup = setup;
        this.#container = { id: `micromamba-image-${process.pid}`, state: at('state'), bundle: at('bundle') };
        this.#place = {
            root: at('root'),
            temporary: at('tmp'),
            networkFiles: at('etc'),
            seccomp: runtime.seccomp,
            ...(rootless && { rootless: rootless.own }),
        };
        this.#tree = new DiskTree(this.#place.root, rootless?.user);
    }
    answer(request) {
        const work = this.#begin(request);
        const answered = this.#last.then(work);
        this.#last = answered.catch(() => undefined); // told to whoever asked
        return answered;
    }
    /** Does what need not wait for what was asked before. @returns what does the rest */
    #begin(request) {
        if (request.do !== 'lay')
            return () => this.#do(request);
        const layer = blobAt(request.file, request.mediaType);
        const entries = beginLayerTar(layer);
        return async () => {
            await this.#adopt();
            await this.#tree.add(layer, entries);
            return null;
        };
    }
    async #do(request) {
        await this.#adopt();
        this.#tree.settle();
        switch (request.do) {
            case 'run':
                return this.#run(request.command);
            case 'pack': {
                this.#packed = await packChanges(this.#tree.differences(), request.request);
                return { ...this.#packed, isStale: false };
            }
        }
    }
    async #adopt() {
        const packed = this.#packed;
        this.#packed = undefined;
        if (packed)
            await this.#tree.adopt(packed, blobAt(packed.layer.file, packed.layer.descriptor.mediaType));
    }
    async #run(command) {
        const { runtime } = this.#setup;
        const { temporary, networkFiles } = this.#place;
        await writeNetworkFiles(networkFiles);
        removeTree(temporary);
        (0,external_node_fs_namespaceObject.mkdirSync)(temporary);
        (0,external_node_fs_namespaceObject.chmodSync)(temporary, 0o1777);
        this.#tree.provide(command.cwd);
        const args = command.secrets ? withSecrets(joined(command.args)) : joined(command.args);
        const config = ociConfig({ ...command, args }, this.#place);
        (0,external_node_fs_namespaceObject.writeFileSync)((0,external_node_path_namespaceObject.join)(this.#container.bundle, 'config.json'), JSON.stringify(config));
        const [program = '', ...rest] = runArguments(runtime, this.#container);
        const env = runtimeVariables(this.#container);
        const child = (0,external_node_child_process_namespaceObject.spawn)(program, rest, { env, stdio: 'pipe' });
        this.#running = child;
        child.stdin.on('error', () => undefined); // a command need not read it
        child.stdin.end(command.secrets ? secretsInput(command.secrets) : '');
        const limit = { isOver: false };
        const timer = setTimeout(() => {
            limit.isOver = true;
            this.#runtime(killArguments(runtime, this.#container));
        }, command.timeout * 1000);
        try {
            const lines = [child.stdout, child.stderr].map((stream) => readLines(stream, (line) => {
                write({ line });
            }));
            const exitCode = await new Promise((resolve, reject) => {
                child.once('error', reject);
                child.once('close', (code) => {
                    resolve(code ?? 137);
                });
            });
            await Promise.all(lines);
            const failure = exitCode === 0 ? undefined : readRuntimeError(this.#container);
            if (failure !== undefined && !limit.isOver) {
                this.#runtime(deleteArguments(runtime, this.#container));
                throw cannotStart(command, failure);
            }
            return { exitCode, timedOut: limit.isOver };
        }
        finally {
            clearTimeout(timer);
            this.#running = undefined;
        }
    }
    /** Ends what runs, and removes everything. */
    close() {
        if (this.#running) {
            this.#runtime(deleteArguments(this.#setup.runtime, this.#container));
            this.#running.kill('SIGKILL');
        }
        this.#tree.remove();
        removeTree(this.#setup.folder);
    }
    #runtime([program = '', ...args]) {
        (0,external_node_child_process_namespaceObject.spawnSync)(program, args, { env: runtimeVariables(this.#container), stdio: 'ignore' });
    }
}
/** Both outputs are one, so that their lines come in the order in which they were written; the runtime copies each by itself. */
function joined(args) {
    return ['/bin/bash', '-p', '-c', 'exec "$@" 2>&1', 'command', ...args];
}
function cannotStart({ args }, why) {
    return new errors_UserError(`'${args[0] ?? ''}' cannot be started in the image: ${why}`);
}
function blobAt(file, mediaType) {
    return { mediaType, open: () => Promise.resolve((0,external_node_fs_namespaceObject.createReadStream)(file, { highWaterMark: 1 << 20 })) };
}
function write(answer) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
}
function failureOf(thrown) {
    const error = diskError(thrown) ?? thrown;
    if (error instanceof errors_UserError)
        return { userError: { message: error.message, input: error.input } };
    const { stack } = error instanceof Error ? error : new Error();
    return { bug: { message: messageOf(error), stack } };
}
const setup = JSON.parse(process.argv[2] ?? ''); // what the room sends
const host = new Host(setup);
const end = () => {
    host.close();
    process.exit();
};
const input = (0,external_node_readline_namespaceObject.createInterface)({ input: process.stdin });
input.on('close', end);
process.on('SIGTERM', end);
process.on('SIGINT', end);
// Whoever started it is gone, and with it the pipe.
process.stdout.on('error', end);
input.on('line', (line) => {
    const request = JSON.parse(line); // what the room sends
    host.answer(request).then((done) => {
        write({ done });
    }, (error) => {
        write(failureOf(error));
    });
});

