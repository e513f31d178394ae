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

/***/ 313:
/***/ ((module) => {

module.exports = Pend;

function Pend() {
  this.pending = 0;
  this.max = Infinity;
  this.listeners = [];
  this.waiting = [];
  this.error = null;
}

Pend.prototype.go = function(fn) {
  if (this.pending < this.max) {
    pendGo(this, fn);
  } else {
    this.waiting.push(fn);
  }
};

Pend.prototype.wait = function(cb) {
  if (this.pending === 0) {
    cb(this.error);
  } else {
    this.listeners.push(cb);
  }
};

Pend.prototype.hold = function() {
  return pendHold(this);
};

function pendHold(self) {
  self.pending += 1;
  var called = false;
  return onCb;
  function onCb(err) {
    if (called) throw new Error("callback called twice");
    called = true;
    self.error = self.error || err;
    self.pending -= 1;
    if (self.waiting.length > 0 && self.pending < self.max) {
      pendGo(self, self.waiting.shift());
    } else if (self.pending === 0) {
      var listeners = self.listeners;
      self.listeners = [];
      listeners.forEach(cbListener);
    }
  }
  function cbListener(listener) {
    listener(self.error);
  }
}

function pendGo(self, fn) {
  fn(pendHold(self));
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

/***/ 248:
/***/ ((module) => {

// Adapted from https://github.com/brianloveswords/buffer-crc32/blob/v0.2.13/index.js
const CRC_TABLE = new Int32Array([
  0x00000000, 0x77073096, 0xee0e612c, 0x990951ba, 0x076dc419, 0x706af48f, 0xe963a535, 0x9e6495a3,
  0x0edb8832, 0x79dcb8a4, 0xe0d5e91e, 0x97d2d988, 0x09b64c2b, 0x7eb17cbd, 0xe7b82d07, 0x90bf1d91,
  0x1db71064, 0x6ab020f2, 0xf3b97148, 0x84be41de, 0x1adad47d, 0x6ddde4eb, 0xf4d4b551, 0x83d385c7,
  0x136c9856, 0x646ba8c0, 0xfd62f97a, 0x8a65c9ec, 0x14015c4f, 0x63066cd9, 0xfa0f3d63, 0x8d080df5,
  0x3b6e20c8, 0x4c69105e, 0xd56041e4, 0xa2677172, 0x3c03e4d1, 0x4b04d447, 0xd20d85fd, 0xa50ab56b,
  0x35b5a8fa, 0x42b2986c, 0xdbbbc9d6, 0xacbcf940, 0x32d86ce3, 0x45df5c75, 0xdcd60dcf, 0xabd13d59,
  0x26d930ac, 0x51de003a, 0xc8d75180, 0xbfd06116, 0x21b4f4b5, 0x56b3c423, 0xcfba9599, 0xb8bda50f,
  0x2802b89e, 0x5f058808, 0xc60cd9b2, 0xb10be924, 0x2f6f7c87, 0x58684c11, 0xc1611dab, 0xb6662d3d,
  0x76dc4190, 0x01db7106, 0x98d220bc, 0xefd5102a, 0x71b18589, 0x06b6b51f, 0x9fbfe4a5, 0xe8b8d433,
  0x7807c9a2, 0x0f00f934, 0x9609a88e, 0xe10e9818, 0x7f6a0dbb, 0x086d3d2d, 0x91646c97, 0xe6635c01,
  0x6b6b51f4, 0x1c6c6162, 0x856530d8, 0xf262004e, 0x6c0695ed, 0x1b01a57b, 0x8208f4c1, 0xf50fc457,
  0x65b0d9c6, 0x12b7e950, 0x8bbeb8ea, 0xfcb9887c, 0x62dd1ddf, 0x15da2d49, 0x8cd37cf3, 0xfbd44c65,
  0x4db26158, 0x3ab551ce, 0xa3bc0074, 0xd4bb30e2, 0x4adfa541, 0x3dd895d7, 0xa4d1c46d, 0xd3d6f4fb,
  0x4369e96a, 0x346ed9fc, 0xad678846, 0xda60b8d0, 0x44042d73, 0x33031de5, 0xaa0a4c5f, 0xdd0d7cc9,
  0x5005713c, 0x270241aa, 0xbe0b1010, 0xc90c2086, 0x5768b525, 0x206f85b3, 0xb966d409, 0xce61e49f,
  0x5edef90e, 0x29d9c998, 0xb0d09822, 0xc7d7a8b4, 0x59b33d17, 0x2eb40d81, 0xb7bd5c3b, 0xc0ba6cad,
  0xedb88320, 0x9abfb3b6, 0x03b6e20c, 0x74b1d29a, 0xead54739, 0x9dd277af, 0x04db2615, 0x73dc1683,
  0xe3630b12, 0x94643b84, 0x0d6d6a3e, 0x7a6a5aa8, 0xe40ecf0b, 0x9309ff9d, 0x0a00ae27, 0x7d079eb1,
  0xf00f9344, 0x8708a3d2, 0x1e01f268, 0x6906c2fe, 0xf762575d, 0x806567cb, 0x196c3671, 0x6e6b06e7,
  0xfed41b76, 0x89d32be0, 0x10da7a5a, 0x67dd4acc, 0xf9b9df6f, 0x8ebeeff9, 0x17b7be43, 0x60b08ed5,
  0xd6d6a3e8, 0xa1d1937e, 0x38d8c2c4, 0x4fdff252, 0xd1bb67f1, 0xa6bc5767, 0x3fb506dd, 0x48b2364b,
  0xd80d2bda, 0xaf0a1b4c, 0x36034af6, 0x41047a60, 0xdf60efc3, 0xa867df55, 0x316e8eef, 0x4669be79,
  0xcb61b38c, 0xbc66831a, 0x256fd2a0, 0x5268e236, 0xcc0c7795, 0xbb0b4703, 0x220216b9, 0x5505262f,
  0xc5ba3bbe, 0xb2bd0b28, 0x2bb45a92, 0x5cb36a04, 0xc2d7ffa7, 0xb5d0cf31, 0x2cd99e8b, 0x5bdeae1d,
  0x9b64c2b0, 0xec63f226, 0x756aa39c, 0x026d930a, 0x9c0906a9, 0xeb0e363f, 0x72076785, 0x05005713,
  0x95bf4a82, 0xe2b87a14, 0x7bb12bae, 0x0cb61b38, 0x92d28e9b, 0xe5d5be0d, 0x7cdcefb7, 0x0bdbdf21,
  0x86d3d2d4, 0xf1d4e242, 0x68ddb3f8, 0x1fda836e, 0x81be16cd, 0xf6b9265b, 0x6fb077e1, 0x18b74777,
  0x88085ae6, 0xff0f6a70, 0x66063bca, 0x11010b5c, 0x8f659eff, 0xf862ae69, 0x616bffd3, 0x166ccf45,
  0xa00ae278, 0xd70dd2ee, 0x4e048354, 0x3903b3c2, 0xa7672661, 0xd06016f7, 0x4969474d, 0x3e6e77db,
  0xaed16a4a, 0xd9d65adc, 0x40df0b66, 0x37d83bf0, 0xa9bcae53, 0xdebb9ec5, 0x47b2cf7f, 0x30b5ffe9,
  0xbdbdf21c, 0xcabac28a, 0x53b39330, 0x24b4a3a6, 0xbad03605, 0xcdd70693, 0x54de5729, 0x23d967bf,
  0xb3667a2e, 0xc4614ab8, 0x5d681b02, 0x2a6f2b94, 0xb40bbe37, 0xc30c8ea1, 0x5a05df1b, 0x2d02ef8d,
]);

function crc32(buf) {
  let crc = -1;
  for (let x of buf) {
    crc = CRC_TABLE[(crc ^ x) & 0xff] ^ (crc >>> 8);
  }
  return (crc ^ -1) >>> 0;
}

module.exports = crc32;


/***/ }),

/***/ 502:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {

// This was adapted from https://github.com/andrewrk/node-fd-slicer by Andrew Kelley under the MIT License.
var fs = __nccwpck_require__(896);
var util = __nccwpck_require__(23);
var stream = __nccwpck_require__(203);
var Readable = stream.Readable;
var PassThrough = stream.PassThrough;
var Pend = __nccwpck_require__(313);
var EventEmitter = (__nccwpck_require__(434).EventEmitter);

exports.BufferSlicer = BufferSlicer;
exports.FdSlicer = FdSlicer;

util.inherits(FdSlicer, EventEmitter);
function FdSlicer(fd) {
  EventEmitter.call(this);

  this.fd = fd;
  this.pend = new Pend();
  this.pend.max = 1;
  this.refCount = 0;
}

FdSlicer.prototype.read = function(buffer, offset, length, position, callback) {
  var self = this;
  self.pend.go(function(cb) {
    fs.read(self.fd, buffer, offset, length, position, function(err, bytesRead, buffer) {
      cb();
      callback(err, bytesRead, buffer);
    });
  });
};

FdSlicer.prototype.createReadStream = function(options) {
  return new ReadStream(this, options);
};

FdSlicer.prototype.ref = function() {
  this.refCount += 1;
};

FdSlicer.prototype.unref = function() {
  var self = this;
  self.refCount -= 1;
  if (self.refCount < 0) throw new Error("invalid unref");
  if (self.refCount > 0) return;

  fs.close(self.fd, onCloseDone);

  function onCloseDone(err) {
    if (err) {
      self.emit('error', err);
    } else {
      self.emit('close');
    }
  }
};

util.inherits(ReadStream, Readable);
function ReadStream(context, options) {
  options = options || {};
  Readable.call(this, options);

  this.context = context;
  this.context.ref();

  this.start = options.start || 0;
  this.endOffset = options.end;
  this.pos = this.start;
}

ReadStream.prototype._read = function(n) {
  var self = this;

  var toRead = Math.min(self._readableState.highWaterMark, n);
  if (self.endOffset != null) {
    toRead = Math.min(toRead, self.endOffset - self.pos);
  }
  if (toRead <= 0) {
    self.push(null);
    this._cleanup();
    return;
  }
  self.context.pend.go(function(cb) {
    var buffer = Buffer.allocUnsafe(toRead);
    fs.read(self.context.fd, buffer, 0, toRead, self.pos, function(err, bytesRead) {
      if (err) {
        self.destroy(err);
      } else if (bytesRead === 0) {
        self.push(null);
        self._cleanup();
      } else {
        self.pos += bytesRead;
        self.push(buffer.slice(0, bytesRead));
      }
      cb();
    });
  });
};

ReadStream.prototype._destroy = function(err, cb) {
  // Node 14+ calls this automatically at EOF.
  this._cleanup();
  cb(err);
};

ReadStream.prototype._cleanup = function() {
  if (this.context != null) {
    this.context.unref();
    this.context = null;
  }
};

util.inherits(BufferSlicer, EventEmitter);
function BufferSlicer(buffer) {
  EventEmitter.call(this);

  this.refCount = 0;
  this.buffer = buffer;
}

BufferSlicer.prototype.read = function(buffer, offset, length, position, callback) {
  if (!(0 <= offset && offset <= buffer.length)) throw new RangeError("offset outside buffer: 0 <= " + offset + " <= " + buffer.length);
  if (position < 0) throw new RangeError("position is negative: " + position);
  if (offset + length > buffer.length) {
    // The caller's buffer can't hold all the bytes they're trying to read.
    // Clamp the length instead of giving an error.
    // The callback will be informed of fewer than expected bytes written.
    length = buffer.length - offset;
  }
  if (position + length > this.buffer.length) {
    // Clamp any attempt to read past the end of the source buffer.
    length = this.buffer.length - position;
  }
  if (length <= 0) {
    // After any clamping, we're fully out of bounds or otherwise have nothing to do.
    // This isn't an error; it's just zero bytes written.
    setImmediate(function() {
      callback(null, 0);
    });
    return;
  }
  this.buffer.copy(buffer, offset, position, position + length);
  setImmediate(function() {
    callback(null, length);
  });
};

BufferSlicer.prototype.createReadStream = function(options) {
  options = options || {};
  var readStream = new PassThrough(options);
  readStream.start = options.start || 0;
  readStream.endOffset = options.end;
  // by the time this function returns, we'll be done.
  readStream.pos = readStream.endOffset || this.buffer.length;

  var entireSlice = this.buffer.slice(readStream.start, readStream.pos);
  // Cut the buffer into smaller slices for better memory usage when streaming into a zlib inflate stream.
  // See https://github.com/thejoshwolfe/yauzl/issues/87
  var maxChunkSize = 0x10000;
  var offset = 0;
  while (true) {
    var nextOffset = offset + maxChunkSize;
    if (nextOffset >= entireSlice.length) {
      // last chunk
      if (offset < entireSlice.length) {
        readStream.write(entireSlice.slice(offset, entireSlice.length));
      }
      break;
    }
    readStream.write(entireSlice.slice(offset, nextOffset));
    offset = nextOffset;
  }

  readStream.end();
  return readStream;
};

BufferSlicer.prototype.ref = function() {
  this.refCount += 1;
};

BufferSlicer.prototype.unref = function() {
  this.refCount -= 1;

  if (this.refCount < 0) {
    throw new Error("invalid unref");
  }
};


/***/ }),

/***/ 663:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {

var __webpack_unused_export__;
var fs = __nccwpck_require__(896);
var zlib = __nccwpck_require__(106);
var fd_slicer = __nccwpck_require__(502);
var util = __nccwpck_require__(23);
var EventEmitter = (__nccwpck_require__(434).EventEmitter);
var Transform = (__nccwpck_require__(203).Transform);
var PassThrough = (__nccwpck_require__(203).PassThrough);
var Writable = (__nccwpck_require__(203).Writable);

// Node 20 added zlib.crc32.
const crc32 = typeof zlib.crc32 === "function" ? zlib.crc32 : __nccwpck_require__(248);

__webpack_unused_export__ = open;
__webpack_unused_export__ = fromFd;
__webpack_unused_export__ = fromBuffer;
__webpack_unused_export__ = fromRandomAccessReader;
__webpack_unused_export__ = openPromise;
__webpack_unused_export__ = fromFdPromise;
__webpack_unused_export__ = fromBufferPromise;
exports.or = fromRandomAccessReaderPromise;

__webpack_unused_export__ = dosDateTimeToDate;
__webpack_unused_export__ = getFileNameLowLevel;
__webpack_unused_export__ = validateFileName;
__webpack_unused_export__ = parseExtraFields;
__webpack_unused_export__ = ZipFile;
__webpack_unused_export__ = Entry;
__webpack_unused_export__ = LocalFileHeader;
exports.lJ = RandomAccessReader;

function openPromise(path, options) {
  return new Promise((resolve, reject) => {
    open(path, {...options, lazyEntries: true}, function(err, zipfile) {
      if (err) return reject(err);
      resolve(zipfile);
    });
  });
}
function fromFdPromise(fd, options) {
  return new Promise((resolve, reject) => {
    fromFd(fd, {...options, lazyEntries: true}, function(err, zipfile) {
      if (err) return reject(err);
      resolve(zipfile);
    });
  });
}
function fromBufferPromise(buffer, options) {
  return new Promise((resolve, reject) => {
    fromBuffer(buffer, {...options, lazyEntries: true}, function(err, zipfile) {
      if (err) return reject(err);
      resolve(zipfile);
    });
  });
}
function fromRandomAccessReaderPromise(reader, totalSize, options) {
  return new Promise((resolve, reject) => {
    fromRandomAccessReader(reader, totalSize, {...options, lazyEntries: true}, function(err, zipfile) {
      if (err) return reject(err);
      resolve(zipfile);
    });
  });
}

function open(path, options, callback) {
  if (typeof options === "function") {
    callback = options;
    options = null;
  }
  if (options == null) options = {};
  if (options.autoClose == null) options.autoClose = true;
  if (options.lazyEntries == null) options.lazyEntries = false;
  if (options.decodeStrings == null) options.decodeStrings = true;
  if (options.validateEntrySizes == null) options.validateEntrySizes = true;
  if (options.strictFileNames == null) options.strictFileNames = false;
  if (callback == null) callback = defaultCallback;
  fs.open(path, "r", function(err, fd) {
    if (err) return callback(err);
    fromFd(fd, options, function(err, zipfile) {
      if (err) fs.close(fd, defaultCallback);
      callback(err, zipfile);
    });
  });
}

function fromFd(fd, options, callback) {
  if (typeof options === "function") {
    callback = options;
    options = null;
  }
  if (options == null) options = {};
  if (options.autoClose == null) options.autoClose = false;
  if (options.lazyEntries == null) options.lazyEntries = false;
  if (options.decodeStrings == null) options.decodeStrings = true;
  if (options.validateEntrySizes == null) options.validateEntrySizes = true;
  if (options.strictFileNames == null) options.strictFileNames = false;
  if (callback == null) callback = defaultCallback;
  fs.fstat(fd, function(err, stats) {
    if (err) return callback(err);
    var reader = new fd_slicer.FdSlicer(fd);
    fromRandomAccessReader(reader, stats.size, options, callback);
  });
}

function fromBuffer(buffer, options, callback) {
  if (typeof options === "function") {
    callback = options;
    options = null;
  }
  if (options == null) options = {};
  options.autoClose = false;
  if (options.lazyEntries == null) options.lazyEntries = false;
  if (options.decodeStrings == null) options.decodeStrings = true;
  if (options.validateEntrySizes == null) options.validateEntrySizes = true;
  if (options.strictFileNames == null) options.strictFileNames = false;
  var reader = new fd_slicer.BufferSlicer(buffer);
  fromRandomAccessReader(reader, buffer.length, options, callback);
}

function fromRandomAccessReader(reader, totalSize, options, callback) {
  if (typeof options === "function") {
    callback = options;
    options = null;
  }
  if (options == null) options = {};
  if (options.autoClose == null) options.autoClose = true;
  if (options.lazyEntries == null) options.lazyEntries = false;
  if (options.decodeStrings == null) options.decodeStrings = true;
  var decodeStrings = !!options.decodeStrings;
  if (options.validateEntrySizes == null) options.validateEntrySizes = true;
  if (options.strictFileNames == null) options.strictFileNames = false;
  if (callback == null) callback = defaultCallback;
  if (typeof totalSize !== "number") throw new Error("expected totalSize parameter to be a number");
  if (totalSize > Number.MAX_SAFE_INTEGER) {
    throw new Error("zip file too large. only file sizes up to 2^52 are supported due to JavaScript's Number type being an IEEE 754 double.");
  }

  // the matching unref() call is in zipfile.close()
  reader.ref();

  // eocdr means End of Central Directory Record.
  // search backwards for the eocdr signature.
  // the last field of the eocdr is a variable-length comment.
  // the comment size is encoded in a 2-byte field in the eocdr, which we can't find without trudging backwards through the comment to find it.
  // as a consequence of this design decision, it's possible to have ambiguous zip file metadata if a coherent eocdr was in the comment.
  // we search backwards for a eocdr signature, and hope that whoever made the zip file was smart enough to forbid the eocdr signature in the comment.
  var eocdrWithoutCommentSize = 22;
  var zip64EocdlSize = 20; // Zip64 end of central directory locator
  var maxCommentSize = 0xffff; // 2-byte size
  var bufferSize = Math.min(zip64EocdlSize + eocdrWithoutCommentSize + maxCommentSize, totalSize);
  var buffer = newBuffer(bufferSize);
  var bufferReadStart = totalSize - buffer.length;
  readAndAssertNoEof(reader, buffer, 0, bufferSize, bufferReadStart, function(err) {
    if (err) return callback(err);
    for (var i = bufferSize - eocdrWithoutCommentSize; i >= 0; i -= 1) {
      if (buffer.readUInt32LE(i) !== 0x06054b50) continue;
      // found eocdr
      var eocdrBuffer = buffer.subarray(i);

      // 0 - End of central directory signature = 0x06054b50
      // 4 - Number of this disk
      var diskNumber = eocdrBuffer.readUInt16LE(4);
      // 6 - Disk where central directory starts
      // 8 - Number of central directory records on this disk
      // 10 - Total number of central directory records
      var entryCount = eocdrBuffer.readUInt16LE(10);
      // 12 - Size of central directory (bytes)
      // 16 - Offset of start of central directory, relative to start of archive
      var centralDirectoryOffset = eocdrBuffer.readUInt32LE(16);
      // 20 - Comment length
      var commentLength = eocdrBuffer.readUInt16LE(20);
      var expectedCommentLength = eocdrBuffer.length - eocdrWithoutCommentSize;
      if (commentLength !== expectedCommentLength) {
        return callback(new Error("Invalid comment length. Expected: " + expectedCommentLength + ". Found: " + commentLength + ". Are there extra bytes at the end of the file? Or is the end of central dir signature `PK☺☻` in the comment?"));
      }
      // 22 - Comment
      // the encoding is always cp437.
      var comment = decodeStrings ? decodeBuffer(eocdrBuffer.subarray(22), false)
                                  : eocdrBuffer.subarray(22);

      // Look for a Zip64 end of central directory locator
      if (i - zip64EocdlSize >= 0 && buffer.readUInt32LE(i - zip64EocdlSize) === 0x07064b50) {
        // ZIP64 format
        var zip64EocdlBuffer = buffer.subarray(i - zip64EocdlSize, i - zip64EocdlSize + zip64EocdlSize);
        // 0 - zip64 end of central dir locator signature = 0x07064b50
        // 4 - number of the disk with the start of the zip64 end of central directory
        // 8 - relative offset of the zip64 end of central directory record
        var zip64EocdrOffset = readUInt64LE(zip64EocdlBuffer, 8);
        // 16 - total number of disks

        // ZIP64 end of central directory record
        var zip64EocdrBuffer = newBuffer(56);
        return readAndAssertNoEof(reader, zip64EocdrBuffer, 0, zip64EocdrBuffer.length, zip64EocdrOffset, function(err) {
          if (err) return callback(err);

          // 0 - zip64 end of central dir signature                           4 bytes  (0x06064b50)
          if (zip64EocdrBuffer.readUInt32LE(0) !== 0x06064b50) {
            return callback(new Error("invalid zip64 end of central directory record signature"));
          }
          // 4 - size of zip64 end of central directory record                8 bytes
          // 12 - version made by                                             2 bytes
          // 14 - version needed to extract                                   2 bytes
          // 16 - number of this disk                                         4 bytes
          diskNumber = zip64EocdrBuffer.readUInt32LE(16);
          if (diskNumber !== 0) {
            // Check this only after zip64 overrides. See #118.
            return callback(new Error("multi-disk zip files are not supported: found disk number: " + diskNumber));
          }
          // 20 - number of the disk with the start of the central directory  4 bytes
          // 24 - total number of entries in the central directory on this disk         8 bytes
          // 32 - total number of entries in the central directory            8 bytes
          entryCount = readUInt64LE(zip64EocdrBuffer, 32);
          // 40 - size of the central directory                               8 bytes
          // 48 - offset of start of central directory with respect to the starting disk number     8 bytes
          centralDirectoryOffset = readUInt64LE(zip64EocdrBuffer, 48);
          // 56 - zip64 extensible data sector                                (variable size)
          return callback(null, new ZipFile(reader, centralDirectoryOffset, totalSize, entryCount, comment, options.autoClose, options.lazyEntries, decodeStrings, options.validateEntrySizes, options.strictFileNames));
        });
      }

      // Not ZIP64 format
      if (diskNumber !== 0) {
        return callback(new Error("multi-disk zip files are not supported: found disk number: " + diskNumber));
      }
      return callback(null, new ZipFile(reader, centralDirectoryOffset, totalSize, entryCount, comment, options.autoClose, options.lazyEntries, decodeStrings, options.validateEntrySizes, options.strictFileNames));

    }

    // Not a zip file.
    callback(new Error("End of central directory record signature not found. Either not a zip file, or file is truncated."));
  });
}

util.inherits(ZipFile, EventEmitter);
function ZipFile(reader, centralDirectoryOffset, fileSize, entryCount, comment, autoClose, lazyEntries, decodeStrings, validateEntrySizes, strictFileNames) {
  var self = this;
  EventEmitter.call(self);
  self.reader = reader;
  // forward close events
  self.reader.on("error", function(err) {
    // error closing the fd
    emitError(self, err);
  });
  self.reader.once("close", function() {
    self.emit("close");
  });
  self.readEntryCursor = centralDirectoryOffset;
  self.fileSize = fileSize;
  self.entryCount = entryCount;
  self.comment = comment;
  self.entriesRead = 0;
  self.autoClose = !!autoClose;
  self.lazyEntries = !!lazyEntries;
  self.decodeStrings = !!decodeStrings;
  self.validateEntrySizes = !!validateEntrySizes;
  self.strictFileNames = !!strictFileNames;
  self.isOpen = true;
  self.emittedError = false;
  self.hasEachEntryBeenCalled = false;

  if (!self.lazyEntries) self._readEntry();
}
ZipFile.prototype.close = function() {
  if (!this.isOpen) return;
  this.isOpen = false;
  this.reader.unref();
};

function emitErrorAndAutoClose(self, err) {
  if (self.autoClose) self.close();
  emitError(self, err);
}
function emitError(self, err) {
  if (self.emittedError) return;
  self.emittedError = true;
  self.emit("error", err);
}

ZipFile.prototype.readEntry = function() {
  if (!this.lazyEntries) throw new Error("readEntry() called without lazyEntries:true");
  this._readEntry();
};
ZipFile.prototype._readEntry = function() {
  var self = this;
  if (self.entryCount === self.entriesRead) {
    // done with metadata
    setImmediate(function() {
      if (self.autoClose) self.close();
      if (self.emittedError) return;
      self.emit("end");
    });
    return;
  }
  if (self.emittedError) return;
  var buffer = newBuffer(46);
  readAndAssertNoEof(self.reader, buffer, 0, buffer.length, self.readEntryCursor, function(err) {
    if (err) return emitErrorAndAutoClose(self, err);
    if (self.emittedError) return;
    var entry = new Entry();
    // 0 - Central directory file header signature
    var signature = buffer.readUInt32LE(0);
    if (signature !== 0x02014b50) return emitErrorAndAutoClose(self, new Error("invalid central directory file header signature: 0x" + signature.toString(16)));
    // 4 - Version made by
    entry.versionMadeBy = buffer.readUInt16LE(4);
    // 6 - Version needed to extract (minimum)
    entry.versionNeededToExtract = buffer.readUInt16LE(6);
    // 8 - General purpose bit flag
    entry.generalPurposeBitFlag = buffer.readUInt16LE(8);
    // 10 - Compression method
    entry.compressionMethod = buffer.readUInt16LE(10);
    // 12 - File last modification time
    entry.lastModFileTime = buffer.readUInt16LE(12);
    // 14 - File last modification date
    entry.lastModFileDate = buffer.readUInt16LE(14);
    // 16 - CRC-32
    entry.crc32 = buffer.readUInt32LE(16);
    // 20 - Compressed size
    entry.compressedSize = buffer.readUInt32LE(20);
    // 24 - Uncompressed size
    entry.uncompressedSize = buffer.readUInt32LE(24);
    // 28 - File name length (n)
    entry.fileNameLength = buffer.readUInt16LE(28);
    // 30 - Extra field length (m)
    entry.extraFieldLength = buffer.readUInt16LE(30);
    // 32 - File comment length (k)
    entry.fileCommentLength = buffer.readUInt16LE(32);
    // 34 - Disk number where file starts
    // 36 - Internal file attributes
    entry.internalFileAttributes = buffer.readUInt16LE(36);
    // 38 - External file attributes
    entry.externalFileAttributes = buffer.readUInt32LE(38);
    // 42 - Relative offset of local file header
    entry.relativeOffsetOfLocalHeader = buffer.readUInt32LE(42);

    if (entry.generalPurposeBitFlag & 0x40) return emitErrorAndAutoClose(self, new Error("strong encryption is not supported"));

    self.readEntryCursor += 46;

    buffer = newBuffer(entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength);
    readAndAssertNoEof(self.reader, buffer, 0, buffer.length, self.readEntryCursor, function(err) {
      if (err) return emitErrorAndAutoClose(self, err);
      if (self.emittedError) return;
      // 46 - File name
      entry.fileNameRaw = buffer.subarray(0, entry.fileNameLength);
      // 46+n - Extra field
      var fileCommentStart = entry.fileNameLength + entry.extraFieldLength;
      entry.extraFieldRaw = buffer.subarray(entry.fileNameLength, fileCommentStart);
      // 46+n+m - File comment
      entry.fileCommentRaw = buffer.subarray(fileCommentStart, fileCommentStart + entry.fileCommentLength);

      // Parse the extra fields, which we need for processing other fields.
      try {
        entry.extraFields = parseExtraFields(entry.extraFieldRaw);
      } catch (err) {
        return emitErrorAndAutoClose(self, err);
      }

      // Interpret strings according to bit flags, extra fields, and options.
      if (self.decodeStrings) {
        var isUtf8 = (entry.generalPurposeBitFlag & 0x800) !== 0;
        entry.fileComment = decodeBuffer(entry.fileCommentRaw, isUtf8);
        entry.fileName = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, self.strictFileNames);
        var errorMessage = validateFileName(entry.fileName);
        if (errorMessage != null) return emitErrorAndAutoClose(self, new Error(errorMessage));
      } else {
        entry.fileComment = entry.fileCommentRaw;
        entry.fileName = entry.fileNameRaw;
      }
      // Maintain API compatibility. See https://github.com/thejoshwolfe/yauzl/issues/47
      entry.comment = entry.fileComment;

      self.readEntryCursor += buffer.length;
      self.entriesRead += 1;

      // Check for the Zip64 Extended Information Extra Field.
      for (var i = 0; i < entry.extraFields.length; i++) {
        var extraField = entry.extraFields[i];
        if (extraField.id !== 0x0001) continue;
        // Found it.

        var zip64EiefBuffer = extraField.data;
        var index = 0;
        // 0 - Original Size          8 bytes
        if (entry.uncompressedSize === 0xffffffff) {
          if (index + 8 > zip64EiefBuffer.length) {
            return emitErrorAndAutoClose(self, new Error("zip64 extended information extra field does not include uncompressed size"));
          }
          entry.uncompressedSize = readUInt64LE(zip64EiefBuffer, index);
          index += 8;
        }
        // 8 - Compressed Size        8 bytes
        if (entry.compressedSize === 0xffffffff) {
          if (index + 8 > zip64EiefBuffer.length) {
            return emitErrorAndAutoClose(self, new Error("zip64 extended information extra field does not include compressed size"));
          }
          entry.compressedSize = readUInt64LE(zip64EiefBuffer, index);
          index += 8;
        }
        // 16 - Relative Header Offset 8 bytes
        if (entry.relativeOffsetOfLocalHeader === 0xffffffff) {
          if (index + 8 > zip64EiefBuffer.length) {
            return emitErrorAndAutoClose(self, new Error("zip64 extended information extra field does not include relative header offset"));
          }
          entry.relativeOffsetOfLocalHeader = readUInt64LE(zip64EiefBuffer, index);
          index += 8;
        }
        // 24 - Disk Start Number      4 bytes

        break;
      }

      // validate file size
      if (self.validateEntrySizes && entry.compressionMethod === 0) {
        var expectedCompressedSize = entry.uncompressedSize;
        if (entry.isEncrypted()) {
          // traditional encryption prefixes the file data with a header
          expectedCompressedSize += 12;
        }
        if (entry.compressedSize !== expectedCompressedSize) {
          var msg = "compressed/uncompressed size mismatch for stored file: " + entry.compressedSize + " != " + entry.uncompressedSize;
          return emitErrorAndAutoClose(self, new Error(msg));
        }
      }

      self.emit("entry", entry);

      if (!self.lazyEntries) self._readEntry();
    });
  });
};

ZipFile.prototype.eachEntry = function() {
  const self = this;
  if (!self.lazyEntries) throw new Error("eachEntry() requires lazyEntries: true");
  if (self.hasEachEntryBeenCalled) throw new Error("eachEntry() must only be called once per ZipFile");
  self.hasEachEntryBeenCalled = true;

  let pendingResolveReject = null;
  self.on("entry", onEntry);
  self.on("end", onEnd);
  self.on("error", onError);
  function cleanup() {
    self.removeListener("entry", onEntry);
    self.removeListener("end", onEnd);
    self.removeListener("error", onError);
    if (self.autoClose) self.close();
  }

  function onEntry(entry) {
    let {resolve} = pendingResolveReject;
    pendingResolveReject = null;
    resolve({value: entry});
  }
  function onEnd() {
    let {resolve} = pendingResolveReject;
    pendingResolveReject = null;
    cleanup();
    resolve({done: true});
  }
  function onError(err) {
    let {reject} = pendingResolveReject;
    pendingResolveReject = null;
    cleanup();
    reject(err);
  }

  return {
    [Symbol.asyncIterator]() {
      // Called once by `for await...of`.
      return this;
    },
    next() {
      // Called on each iteration in a `for await...of`.
      const promise = new Promise((resolve, reject) => {
        if (pendingResolveReject != null) throw new Error("next() called before previous Promise was resolved.");
        pendingResolveReject = {resolve, reject};
      });
      self.readEntry();
      return promise;
    },
    return(value) {
      // Called when breaking, returning, throwing out of a `for await...of`.
      cleanup();
      return Promise.resolve({done: true, value});
    },
    throw(value) {
      // Almost never called. Something about `yield*` maybe?
      cleanup();
      return Promise.reject(value);
    },
  };
};

ZipFile.prototype.openReadStream = function(entry, options, callback) {
  var self = this;
  // parameter validation
  var relativeStart = 0;
  var relativeEnd = entry.compressedSize;
  if (callback == null) {
    callback = options;
    options = null;
  }
  if (options == null) {
    options = {};
  } else {
    if (options.decodeFileData === false) {
      // new, simple option
      if (options.decrypt != null) {
        throw new Error("cannot use options.decrypt when options.decodeFileData === false");
      }
      if (options.decompress != null) {
        throw new Error("cannot use options.decompress when options.decodeFileData === false");
      }
      // start and end are allowed
    } else {
      // old, complicated options
      if (options.decrypt != null) {
        if (!entry.isEncrypted()) {
          throw new Error("options.decrypt can only be specified for encrypted entries. See also option decodeFileData.");
        }
        if (options.decrypt !== false) throw new Error("invalid options.decrypt value: " + options.decrypt);
        if (entry.isCompressed()) {
          if (options.decompress !== false) throw new Error("entry is encrypted and compressed, and options.decompress !== false. See also option decodeFileData.");
        }
      }
      if (options.decompress != null) {
        if (!entry.isCompressed()) {
          throw new Error("options.decompress can only be specified for compressed entries. See also option decodeFileData.");
        }
        if (!(options.decompress === false || options.decompress === true)) {
          throw new Error("invalid options.decompress value: " + options.decompress);
        }
        decompress = options.decompress;
      }
    }
    if (options.start != null) {
      relativeStart = options.start;
      if (relativeStart < 0) throw new Error("options.start < 0");
      if (relativeStart > entry.compressedSize) throw new Error("options.start > entry.compressedSize");
    }
    if (options.end != null) {
      relativeEnd = options.end;
      if (relativeEnd < 0) throw new Error("options.end < 0");
      if (relativeEnd > entry.compressedSize) throw new Error("options.end > entry.compressedSize");
      if (relativeEnd < relativeStart) throw new Error("options.end < options.start");
    }
  }
  var rawMode = (
    options.decodeFileData === false || // Explicitly requested raw.
    (
      (entry.compressionMethod === 0 || // Naturally without compression.
        (entry.compressionMethod === 8 && options.decompress === false) // Deprecated compression bypass option.
      ) &&
      (!entry.isEncrypted() || // Naturally without encryption.
        options.decrypt === false // Deprecated encryption bypass option.
      )
    )
  );
  if (options.start != null || options.end != null) {
    // Ensure slicing deals with raw data.
    if (!rawMode) throw new Error("start/end range require options.decodeFileData === false for non-trivial encoded entries.");
  }

  // any further errors can either be caused by the zipfile,
  // or were introduced in a minor version of yauzl,
  // so should be passed to the client rather than thrown.
  if (!self.isOpen) return callback(new Error("closed"));
  if (entry.isEncrypted() && !rawMode) {
    if (options.decrypt !== false) return callback(new Error("entry is encrypted, and options.decodeFileData !== false"));
  }
  var decompress;
  if (rawMode) {
    decompress = false;
  } else if (entry.compressionMethod === 8) {
    // 8 - The file is Deflated
    decompress = options.decodeFileData !== true;
  } else {
    return callback(new Error("unsupported compression method: " + entry.compressionMethod));
  }

  self.readLocalFileHeader(entry, {minimal: true}, function(err, localFileHeader) {
    if (err) return callback(err);
    self.openReadStreamLowLevel(
      localFileHeader.fileDataStart, entry.compressedSize,
      relativeStart, relativeEnd,
      decompress, entry.uncompressedSize,
      callback);
  });
};

ZipFile.prototype.openReadStreamLowLevel = function(fileDataStart, compressedSize, relativeStart, relativeEnd, decompress, uncompressedSize, callback) {
  var self = this;

  var fileDataEnd = fileDataStart + compressedSize;
  var readStream = self.reader.createReadStream({
    start: fileDataStart + relativeStart,
    end: fileDataStart + relativeEnd,
  });
  var endpointStream = readStream;
  if (decompress) {
    var destroyed = false;
    var inflateFilter = zlib.createInflateRaw();
    readStream.on("error", function(err) {
      // setImmediate here because errors can be emitted during the first call to pipe()
      setImmediate(function() {
        if (!destroyed) inflateFilter.emit("error", err);
      });
    });
    readStream.pipe(inflateFilter);

    if (self.validateEntrySizes) {
      endpointStream = new AssertByteCountStream(uncompressedSize);
      inflateFilter.on("error", function(err) {
        // forward zlib errors to the client-visible stream
        setImmediate(function() {
          if (!destroyed) endpointStream.emit("error", err);
        });
      });
      inflateFilter.pipe(endpointStream);
    } else {
      // the zlib filter is the client-visible stream
      endpointStream = inflateFilter;
    }
    // this is part of yauzl's API, so implement this function on the client-visible stream
    installDestroyFn(endpointStream, function() {
      destroyed = true;
      if (inflateFilter !== endpointStream) inflateFilter.unpipe(endpointStream);
      readStream.unpipe(inflateFilter);
      // TODO: the inflateFilter may cause a memory leak. see Issue #27.
      readStream.destroy();
    });
  }
  callback(null, endpointStream);
};

ZipFile.prototype.readLocalFileHeader = function(entry, options, callback) {
  var self = this;
  if (callback == null) {
    callback = options;
    options = null;
  }
  if (options == null) options = {};

  self.reader.ref();
  var buffer = newBuffer(30);
  readAndAssertNoEof(self.reader, buffer, 0, buffer.length, entry.relativeOffsetOfLocalHeader, function(err) {
    try {
      if (err) return callback(err);
      // 0 - Local file header signature = 0x04034b50
      var signature = buffer.readUInt32LE(0);
      if (signature !== 0x04034b50) {
        return callback(new Error("invalid local file header signature: 0x" + signature.toString(16)));
      }

      var fileNameLength = buffer.readUInt16LE(26);
      var extraFieldLength = buffer.readUInt16LE(28);
      var fileDataStart = entry.relativeOffsetOfLocalHeader + 30 + fileNameLength + extraFieldLength;
      // We now have enough information to do this bounds check.
      if (fileDataStart + entry.compressedSize > self.fileSize) {
        return callback(new Error("file data overflows file bounds: " +
            fileDataStart + " + " + entry.compressedSize + " > " + self.fileSize));
      }

      if (options.minimal) {
        return callback(null, {fileDataStart: fileDataStart});
      }

      var localFileHeader = new LocalFileHeader();
      localFileHeader.fileDataStart = fileDataStart;

      // 4 - Version needed to extract (minimum)
      localFileHeader.versionNeededToExtract = buffer.readUInt16LE(4);
      // 6 - General purpose bit flag
      localFileHeader.generalPurposeBitFlag = buffer.readUInt16LE(6);
      // 8 - Compression method
      localFileHeader.compressionMethod = buffer.readUInt16LE(8);
      // 10 - File last modification time
      localFileHeader.lastModFileTime = buffer.readUInt16LE(10);
      // 12 - File last modification date
      localFileHeader.lastModFileDate = buffer.readUInt16LE(12);
      // 14 - CRC-32
      localFileHeader.crc32 = buffer.readUInt32LE(14);
      // 18 - Compressed size
      localFileHeader.compressedSize = buffer.readUInt32LE(18);
      // 22 - Uncompressed size
      localFileHeader.uncompressedSize = buffer.readUInt32LE(22);
      // 26 - File name length (n)
      localFileHeader.fileNameLength = fileNameLength;
      // 28 - Extra field length (m)
      localFileHeader.extraFieldLength = extraFieldLength;
      // 30 - File name
      // 30+n - Extra field

      buffer = newBuffer(fileNameLength + extraFieldLength);
      self.reader.ref();
      readAndAssertNoEof(self.reader, buffer, 0, buffer.length, entry.relativeOffsetOfLocalHeader + 30, function(err) {
        try {
          if (err) return callback(err);
          localFileHeader.fileName = buffer.subarray(0, fileNameLength);
          localFileHeader.extraField = buffer.subarray(fileNameLength);
          return callback(null, localFileHeader);
        } finally {
          self.reader.unref();
        }
      });
    } finally {
      self.reader.unref();
    }
  });
};

ZipFile.prototype.openReadStreamPromise = function(entry, options) {
  return new Promise((resolve, reject) => {
    this.openReadStream(entry, options, function(err, readStream) {
      if (err) return reject(err);
      resolve(readStream);
    });
  });
};
ZipFile.prototype.openReadStreamLowLevelPromise = function(fileDataStart, compressedSize, relativeStart, relativeEnd, decompress, uncompressedSize) {
  return new Promise((resolve, reject) => {
    this.openReadStream(fileDataStart, compressedSize, relativeStart, relativeEnd, decompress, uncompressedSize, function(err, readStream) {
      if (err) return reject(err);
      resolve(readStream);
    });
  });
};
ZipFile.prototype.readLocalFileHeaderPromise = function(entry, options) {
  return new Promise((resolve, reject) => {
    this.readLocalFileHeader(entry, options, function(err, localFileHeader) {
      if (err) return reject(err);
      resolve(localFileHeader);
    });
  });
};

function Entry() {
}
Entry.prototype.getLastModDate = function(options) {
  if (options == null) options = {};

  if (!options.forceDosFormat) {
    // Check extended fields.
    for (var i = 0; i < this.extraFields.length; i++) {
      var extraField = this.extraFields[i];
      if (extraField.id === 0x5455) {
        // Info-ZIP "universal timestamp" extended field (`0x5455` aka `"UT"`).
        // See the Info-ZIP source code unix/unix.c:set_extra_field() and zipfile.c:ef_scan_ut_time().
        var data = extraField.data;
        if (data.length < 5) continue; // Too short.
        // The flags define which of the three fields are present: mtime, atime, ctime.
        // We only care about mtime.
        // Also, ctime is never included in practice.
        // And also, atime is only included in the local file header for some reason
        // despite the flags lying about its inclusion in the central header.
        var flags = data[0];
        var HAS_MTIME = 1;
        if (!(flags & HAS_MTIME)) continue; // This will realistically never happen.
        // Although the positions of all of the fields shift around depending on the presence of other fields,
        // mtime is always first if present, and that's the only one we care about.
        var posixTimestamp = data.readInt32LE(1);
        return new Date(posixTimestamp * 1000);
      } else if (extraField.id === 0x000a) {
        var data = extraField.data;
        if (data.length !== 32) continue; // The length is always the same.
        // 4 bytes reserved
        // 2 bytes Tag
        if (data.readUInt16LE(4) !== 1) continue; // Tag1 is actually the only defined Tag.
        // 2 bytes Size
        if (data.readUInt16LE(6) !== 24) continue; // Size is always 24.
        // 8 bytes Mtime
        var hundredNanoSecondsSince1601 = data.readUInt32LE(8) + 4294967296 * data.readInt32LE(12);
        // Convert from NTFS to POSIX milliseconds.
        // The big number below is the milliseconds between year 1601 and year 1970
        // (i.e. the negative POSIX timestamp of 1601-01-01 00:00:00Z)
        var millisecondsSince1970 = hundredNanoSecondsSince1601 / 10000 - 11644473600000;
        // Note on numeric precision: JavaScript Number objects lose precision above Number.MAX_SAFE_INTEGER,
        // and NTFS timestamps are typically much bigger than that limit.
        // (MAX_SAFE_INTEGER would represent 1629-07-17T23:58:45.475Z.)
        // However, we're losing precision in the conversion from 100nanosecond units to millisecond units anyway,
        // and the time at which we also lose 1-millisecond precision is year 275760, the JavaScript Date limit (by design).
        // Up through the year 2057, this conversion only drops 4 bits of precision,
        // which is well under the 13-14 bits ratio between the milliseconds and 100nanoseconds.
        return new Date(millisecondsSince1970);
      }
    }
  }

  // Fallback to non-extended encoding.
  return dosDateTimeToDate(this.lastModFileDate, this.lastModFileTime, options.timezone);
};

Entry.prototype.canDecodeFileData = function() {
  return (
    !this.isEncrypted() &&
    (this.compressionMethod === 0 || this.compressionMethod === 8)
  );
};
Entry.prototype.isEncrypted = function() {
  return (this.generalPurposeBitFlag & 0x1) !== 0;
};
Entry.prototype.isCompressed = function() {
  return this.compressionMethod === 8;
};

function LocalFileHeader() {
}

function dosDateTimeToDate(date, time, timezone) {
  var day = date & 0x1f; // 1-31
  var month = (date >> 5 & 0xf) - 1; // 1-12, 0-11
  var year = (date >> 9 & 0x7f) + 1980; // 0-128, 1980-2108

  var millisecond = 0;
  var second = (time & 0x1f) * 2; // 0-29, 0-58 (even numbers)
  var minute = time >> 5 & 0x3f; // 0-59
  var hour = time >> 11 & 0x1f; // 0-23

  if (timezone == null || timezone === "local") {
    return new Date(year, month, day, hour, minute, second, millisecond);
  } else if (timezone === "UTC") {
    return new Date(Date.UTC(year, month, day, hour, minute, second, millisecond));
  } else {
    throw new Error("unrecognized options.timezone: " + options.timezone);
  }
}

function getFileNameLowLevel(generalPurposeBitFlag, fileNameBuffer, extraFields, strictFileNames) {
  var fileName = null;

  // check for Info-ZIP Unicode Path Extra Field (0x7075)
  // see https://github.com/thejoshwolfe/yauzl/issues/33
  for (var i = 0; i < extraFields.length; i++) {
    var extraField = extraFields[i];
    if (extraField.id === 0x7075) {
      if (extraField.data.length < 6) {
        // too short to be meaningful
        continue;
      }
      // Version       1 byte      version of this extra field, currently 1
      if (extraField.data.readUInt8(0) !== 1) {
        // > Changes may not be backward compatible so this extra
        // > field should not be used if the version is not recognized.
        continue;
      }
      // NameCRC32     4 bytes     File Name Field CRC32 Checksum
      var oldNameCrc32 = extraField.data.readUInt32LE(1);
      if (crc32(fileNameBuffer) !== oldNameCrc32) {
        // > If the CRC check fails, this UTF-8 Path Extra Field should be
        // > ignored and the File Name field in the header should be used instead.
        continue;
      }
      // UnicodeName   Variable    UTF-8 version of the entry File Name
      fileName = decodeBuffer(extraField.data.subarray(5), true);
      break;
    }
  }

  if (fileName == null) {
    // The typical case.
    var isUtf8 = (generalPurposeBitFlag & 0x800) !== 0;
    fileName = decodeBuffer(fileNameBuffer, isUtf8);
  }

  if (!strictFileNames) {
    // Allow backslash.
    fileName = fileName.replace(/\\/g, "/");
  }
  return fileName;
}

function validateFileName(fileName) {
  if (fileName.indexOf("\\") !== -1) {
    return "invalid characters in fileName: " + fileName;
  }
  if (/^[a-zA-Z]:/.test(fileName) || /^\//.test(fileName)) {
    return "absolute path: " + fileName;
  }
  if (fileName.split("/").indexOf("..") !== -1) {
    return "invalid relative path: " + fileName;
  }
  // all good
  return null;
}

function parseExtraFields(extraFieldBuffer) {
  var extraFields = [];
  var i = 0;
  while (i < extraFieldBuffer.length - 3) {
    var headerId = extraFieldBuffer.readUInt16LE(i + 0);
    var dataSize = extraFieldBuffer.readUInt16LE(i + 2);
    var dataStart = i + 4;
    var dataEnd = dataStart + dataSize;
    if (dataEnd > extraFieldBuffer.length) throw new Error("extra field length exceeds extra field buffer size");
    var dataBuffer = extraFieldBuffer.subarray(dataStart, dataEnd);
    extraFields.push({
      id: headerId,
      data: dataBuffer,
    });
    i = dataEnd;
  }
  return extraFields;
}

function readAndAssertNoEof(reader, buffer, offset, length, position, callback) {
  if (length === 0) {
    // fs.read will throw an out-of-bounds error if you try to read 0 bytes from a 0 byte file
    return setImmediate(function() { callback(null, newBuffer(0)); });
  }
  reader.read(buffer, offset, length, position, function(err, bytesRead) {
    if (err) return callback(err);
    if (bytesRead < length) {
      return callback(new Error("unexpected EOF"));
    }
    callback();
  });
}

util.inherits(AssertByteCountStream, Transform);
function AssertByteCountStream(byteCount) {
  Transform.call(this);
  this.actualByteCount = 0;
  this.expectedByteCount = byteCount;
}
AssertByteCountStream.prototype._transform = function(chunk, encoding, cb) {
  this.actualByteCount += chunk.length;
  if (this.actualByteCount > this.expectedByteCount) {
    var msg = "too many bytes in the stream. expected " + this.expectedByteCount + ". got at least " + this.actualByteCount;
    return cb(new Error(msg));
  }
  cb(null, chunk);
};
AssertByteCountStream.prototype._flush = function(cb) {
  if (this.actualByteCount < this.expectedByteCount) {
    var msg = "not enough bytes in the stream. expected " + this.expectedByteCount + ". got only " + this.actualByteCount;
    return cb(new Error(msg));
  }
  cb();
};

util.inherits(RandomAccessReader, EventEmitter);
function RandomAccessReader() {
  EventEmitter.call(this);
  this.refCount = 0;
}
RandomAccessReader.prototype.ref = function() {
  this.refCount += 1;
};
RandomAccessReader.prototype.unref = function() {
  var self = this;
  self.refCount -= 1;

  if (self.refCount > 0) return;
  if (self.refCount < 0) throw new Error("invalid unref");

  self.close(onCloseDone);

  function onCloseDone(err) {
    if (err) return self.emit('error', err);
    self.emit('close');
  }
};
RandomAccessReader.prototype.createReadStream = function(options) {
  if (options == null) options = {};
  var start = options.start;
  var end = options.end;
  if (start === end) {
    var emptyStream = new PassThrough();
    setImmediate(function() {
      emptyStream.end();
    });
    return emptyStream;
  }
  var stream = this._readStreamForRange(start, end);

  var destroyed = false;
  var refUnrefFilter = new RefUnrefFilter(this);
  stream.on("error", function(err) {
    setImmediate(function() {
      if (!destroyed) refUnrefFilter.emit("error", err);
    });
  });
  installDestroyFn(refUnrefFilter, function() {
    stream.unpipe(refUnrefFilter);
    refUnrefFilter.unref();
    stream.destroy();
  });

  var byteCounter = new AssertByteCountStream(end - start);
  refUnrefFilter.on("error", function(err) {
    setImmediate(function() {
      if (!destroyed) byteCounter.emit("error", err);
    });
  });
  installDestroyFn(byteCounter, function() {
    destroyed = true;
    refUnrefFilter.unpipe(byteCounter);
    refUnrefFilter.destroy();
  });

  return stream.pipe(refUnrefFilter).pipe(byteCounter);
};
RandomAccessReader.prototype._readStreamForRange = function(start, end) {
  throw new Error("not implemented");
};
RandomAccessReader.prototype.read = function(buffer, offset, length, position, callback) {
  var readStream = this.createReadStream({start: position, end: position + length});
  var writeStream = new Writable();
  var written = 0;
  writeStream._write = function(chunk, encoding, cb) {
    chunk.copy(buffer, offset + written, 0, chunk.length);
    written += chunk.length;
    cb();
  };
  writeStream.on("finish", callback);
  readStream.on("error", function(error) {
    callback(error);
  });
  readStream.pipe(writeStream);
};
RandomAccessReader.prototype.close = function(callback) {
  setImmediate(callback);
};

util.inherits(RefUnrefFilter, PassThrough);
function RefUnrefFilter(context) {
  PassThrough.call(this);
  this.context = context;
  this.context.ref();
  this.unreffedYet = false;
}
RefUnrefFilter.prototype._flush = function(cb) {
  this.unref();
  cb();
};
RefUnrefFilter.prototype.unref = function(cb) {
  if (this.unreffedYet) return;
  this.unreffedYet = true;
  this.context.unref();
};

var cp437 = '\u0000☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼ !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ';
function decodeBuffer(buffer, isUtf8) {
  if (isUtf8) {
    return buffer.toString("utf8");
  } else {
    var result = "";
    for (var i = 0; i < buffer.length; i++) {
      result += cp437[buffer[i]];
    }
    return result;
  }
}

function readUInt64LE(buffer, offset) {
  // There is no native function for this, because we can't actually store 64-bit integers precisely.
  // after 53 bits, JavaScript's Number type (IEEE 754 double) can't store individual integers anymore.
  // but since 53 bits is a whole lot more than 32 bits, we do our best anyway.
  // As of 2020, Node has added support for BigInt, which obviates this whole function,
  // but yauzl hasn't been updated to depend on BigInt (yet?).
  var lower32 = buffer.readUInt32LE(offset);
  var upper32 = buffer.readUInt32LE(offset + 4);
  // we can't use bitshifting here, because JavaScript bitshifting only works on 32-bit integers.
  return upper32 * 0x100000000 + lower32;
  // as long as we're bounds checking the result of this function against the total file size,
  // we'll catch any overflow errors, because we already made sure the total file size was within reason.
}

// Node 10 deprecated new Buffer().
var newBuffer;
if (typeof Buffer.allocUnsafe === "function") {
  newBuffer = function(len) {
    return Buffer.allocUnsafe(len);
  };
} else {
  newBuffer = function(len) {
    return new Buffer(len);
  };
}

// Node 8 introduced a proper destroy() implementation on writable streams.
function installDestroyFn(stream, fn) {
  if (typeof stream.destroy === "function") {
    // New API.
    stream._destroy = function(err, cb) {
      fn();
      if (cb != null) cb(err);
    };
  } else {
    // Old API.
    stream.destroy = fn;
  }
}

function defaultCallback(err) {
  if (err) throw err;
}


/***/ }),

/***/ 434:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("events");

/***/ }),

/***/ 896:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");

/***/ }),

/***/ 203:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("stream");

/***/ }),

/***/ 23:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("util");

/***/ }),

/***/ 106:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("zlib");

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

;// CONCATENATED MODULE: external "node:worker_threads"
const external_node_worker_threads_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:worker_threads");
;// CONCATENATED MODULE: external "node:child_process"
const external_node_child_process_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:child_process");
;// CONCATENATED MODULE: external "node:path"
const external_node_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");
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
function foreignText(text) {
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
    return foreignText(error instanceof Error ? error.message : String(error));
}

;// CONCATENATED MODULE: ./src/bytecode/program.ts
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
const program = `
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
`;

;// CONCATENATED MODULE: ./src/bytecode/references.ts
/** The bytes in front of a .pyc's code (PEP 552). */
const headerLength = 16;
/** The magic number of the first python that is compiled with, a beta of 3.7. */
const oldest = 3390;
/**
 * The form of code by the magic number of the versions up to it (CPython, Include/internal/pycore_magic_number.h): of python 3.7, of 3.8
 * to 3.10, of 3.11 to 3.15. Of what comes after nothing is known.
 */
const references_forms = [
    [3400, { numbers: 20, behind: 1 }],
    [3450, { numbers: 24, behind: 1 }],
    [3700, { numbers: 20, behind: 2 }],
];
/** What marshal calls its objects (CPython, Python/marshal.c). */
const kind = {
    str: byteOf('u'),
    bytes: byteOf('s'),
    tuple: byteOf('('),
    frozenset: byteOf('>'),
    code: byteOf('c'),
    long: byteOf('l'),
    slice: byteOf(':'),
    smallTuple: byteOf(')'),
    reference: byteOf('r'),
    shortName: byteOf('Z'),
    shortAscii: byteOf('z'),
    name: byteOf('A'),
    ascii: byteOf('a'),
};
/** The bytes of objects of one size: None, False, True, Ellipsis, an int of 32 bits, a float, a complex. */
const sizes = new Map(Object.entries({ N: 1, F: 1, T: 1, '.': 1, i: 5, g: 9, y: 17 }).map(([name, size]) => [byteOf(name), size]));
function byteOf(character) {
    return character.charCodeAt(0);
}
/** How many lists the pieces are kept in, to find those that are the same: a power of two. */
const lists = 4096;
/** Of a longer string as many bytes at either end tell which list it is in. */
const hashedBytes = 32;
/**
 * The strs, bytes and heads of small tuples that stand in code, by their numbers, which are their order. All is numbers, and its room is
 * used for one file after the other: objects would be tens of millions, a third of all garbage of a thread that packs.
 */
class Pieces {
    count = 0;
    /** Where each begins and ends. */
    starts = new Uint32Array();
    ends = new Uint32Array();
    /** The first piece that is the same string; of a tuple itself. */
    firsts = new Uint32Array();
    /** Of the first of the same, how many there are, 0 for a tuple; and its number among what is referred to, from 1. */
    uses = new Uint32Array();
    references = new Uint32Array();
    /** Of the first of the same, the one before it in its list; see `#latest`. */
    #before = new Uint32Array();
    /** By list, the one that was added last. Both hold numbers from 1, 0 for none. */
    #latest = new Uint32Array(lists);
    #pyc = Buffer.alloc(0);
    /** Begins anew with what is in a file. */
    begin(pyc) {
        this.#pyc = pyc;
        this.count = 0;
        this.#latest.fill(0);
        const most = Math.floor(pyc.length / 5); // the bytes of the smallest
        if (most <= this.starts.length)
            return;
        const room = 2 * most;
        this.starts = new Uint32Array(room);
        this.ends = new Uint32Array(room);
        this.firsts = new Uint32Array(room);
        this.uses = new Uint32Array(room);
        this.references = new Uint32Array(room);
        this.#before = new Uint32Array(room);
    }
    addTuple(start, end) {
        this.#add(start, end);
    }
    addString(start, end) {
        const list = this.#listOf(start, end);
        const latest = this.#latest[list] ?? 0;
        for (let number = latest; number > 0; number = this.#before[number - 1] ?? 0) {
            const first = number - 1;
            if (!this.#isSame(this.starts[first] ?? 0, this.ends[first] ?? 0, start, end))
                continue;
            this.firsts[this.#add(start, end)] = first;
            this.uses[first] = (this.uses[first] ?? 0) + 1;
            return;
        }
        const piece = this.#add(start, end);
        this.uses[piece] = 1;
        this.#before[piece] = latest;
        this.#latest[list] = piece + 1;
    }
    #add(start, end) {
        const piece = this.count++;
        this.starts[piece] = start;
        this.ends[piece] = end;
        this.firsts[piece] = piece;
        this.uses[piece] = 0;
        this.references[piece] = 0;
        return piece;
    }
    #listOf(start, end) {
        const pyc = this.#pyc;
        let hash = end - start;
        const middle = Math.min(end, start + hashedBytes);
        for (let at = start; at < middle; at++)
            hash = Math.imul(hash ^ (pyc[at] ?? 0), 0x01000193);
        for (let at = Math.max(middle, end - hashedBytes); at < end; at++) {
            hash = Math.imul(hash ^ (pyc[at] ?? 0), 0x01000193);
        }
        return (hash ^ (hash >>> 16)) & (lists - 1);
    }
    #isSame(start, end, other, otherEnd) {
        const pyc = this.#pyc;
        const length = end - start;
        if (length !== otherEnd - other)
            return false;
        for (let at = 0; at < length; at++) {
            if (pyc[start + at] !== pyc[other + at])
                return false;
        }
        return true;
    }
}
/** Of the file that is looked at now. */
const pieces = new Pieces();
/**
 * Writes what stands several times in bytecode once, and refers to it, as python does: it takes less room, and importing is faster by a
 * quarter. Python goes by what the interpreter at that moment has more than one reference to; this by what is written, so it varies with
 * nothing.
 * @param pyc with code marshalled in version 2, which has no references
 * @returns a copy; of the same bytes where its code is of a python that is not known, or not as it is known
 */
function withReferences(pyc) {
    const magic = pyc.readUInt16LE(0);
    const form = magic >= oldest ? references_forms.find(([below]) => magic < below)?.[1] : undefined;
    return form && findPieces(pyc, form) ? rewritten(pyc) : Buffer.from(pyc);
}
/** @returns false for what cannot be read to its end */
function findPieces(pyc, { numbers, behind }) {
    pieces.begin(pyc);
    let at = headerLength;
    /** @returns whether they could be read */
    const skip = (count) => {
        for (let index = 0; index < count; index++) {
            if (!skipOne())
                return false;
        }
        return true;
    };
    const skipOne = () => {
        const start = at;
        const what = pyc[start] ?? 0;
        const size = sizes.get(what);
        if (size !== undefined) {
            at += size;
            return true;
        }
        if (start + 5 > pyc.length)
            return false;
        switch (what) {
            case kind.str:
            case kind.bytes:
                at += 5 + pyc.readUInt32LE(start + 1);
                if (at > pyc.length)
                    return false;
                pieces.addString(start, at);
                return true;
            case kind.tuple:
            case kind.frozenset: {
                const length = pyc.readUInt32LE(start + 1);
                at += 5;
                if (what === kind.tuple && length < 256)
                    pieces.addTuple(start, at);
                return skip(length);
            }
            case kind.code: {
                at += 1 + numbers;
                if (!skip(8))
                    return false;
                at += 4;
                return skip(behind);
            }
            case kind.long:
                at += 5 + 2 * Math.abs(pyc.readInt32LE(start + 1));
                return true;
            case kind.slice:
                at += 1;
                return skip(3);
            default:
                return false;
        }
    };
    return skipOne() && at === pyc.length;
}
/** No piece becomes longer. */
function rewritten(pyc) {
    const { count, starts, ends, firsts, uses, references } = pieces;
    const result = Buffer.allocUnsafe(pyc.length);
    let read = 0;
    let written = 0;
    let referred = 0;
    const copy = (end) => {
        written += pyc.copy(result, written, read, end);
        read = end;
    };
    for (let piece = 0; piece < count; piece++) {
        const [start, end, first] = [starts[piece] ?? 0, ends[piece] ?? 0, firsts[piece] ?? 0];
        const reference = references[first] ?? 0;
        copy(start);
        if (uses[first] === 0) {
            result[written++] = kind.smallTuple;
            result[written++] = pyc[start + 1] ?? 0;
            read = end;
        }
        else if (reference > 0) {
            result[written++] = kind.reference;
            written = result.writeUInt32LE(reference - 1, written);
            read = end;
        }
        else {
            const flag = (uses[first] ?? 0) > 1 ? 0x80 : 0;
            if (flag)
                references[first] = ++referred;
            const what = stringKind(pyc, start, end);
            const isShort = what === kind.shortName || what === kind.shortAscii;
            result[written++] = what | flag;
            if (isShort)
                result[written++] = end - start - 5;
            read = isShort ? start + 5 : start + 1;
            copy(end);
        }
    }
    copy(pyc.length);
    return result.subarray(0, written);
}
/** As the compiler has it: what could be a name is interned. A str is short where its length takes one byte. */
function stringKind(pyc, start, end) {
    if (pyc[start] !== kind.str)
        return kind.bytes;
    let isName = true;
    for (let at = start + 5; at < end; at++) {
        const byte = pyc[at] ?? 0;
        if (byte >= 0x80)
            return kind.str;
        isName &&= isNameByte(byte);
    }
    if (end - start - 5 < 256)
        return isName ? kind.shortName : kind.shortAscii;
    return isName ? kind.name : kind.ascii;
}
/** `[A-Za-z0-9_]` */
function isNameByte(byte) {
    return ((byte >= 97 && byte <= 122) || byte === 95 || (byte >= 65 && byte <= 90) || (byte >= 48 && byte <= 57));
}

;// CONCATENATED MODULE: ./src/bytecode/compiler.ts





/** How to go on without a python that compiles. */
const withoutBytecode = "'compile-pyc: false' leaves bytecode out.";
/**
 * Nothing of the runner's but the executable: no PYTHON… variables, no search path for libraries. The seed is for pythons
 * whose compiler goes by the order of a set; `-I` would pass over it.
 */
const pythonEnvironment = { PYTHONHASHSEED: '0', LC_ALL: 'C.UTF-8' };
const pythonOptions = ['-S', '-s', '-B', '-W', 'ignore'];
/**
 * Compiles python's sources, one after the other, in one process, which is started for the first. What comes of a source
 * depends on its bytes, its path and python's version only.
 */
class Compiler {
    executable;
    #python;
    /** In the order in which they were asked. */
    #waiting = [];
    #received = [];
    #stderr = '';
    /** How many sources it has yet to answer. */
    get waiting() {
        return this.#waiting.length;
    }
    /** @param executable as `installPython` gives it */
    constructor(executable) {
        this.executable = executable;
    }
    /**
     * @param path the absolute path that the source will have, which the code knows
     * @returns the content of the .pyc; undefined for what is no python source, or has a syntax error
     * @throws UserError when python cannot run here, or ends
     */
    compile(path, source) {
        const python = (this.#python ??= this.#start());
        const name = Buffer.from(path);
        const lengths = Buffer.alloc(8);
        lengths.writeUInt32LE(name.length, 0);
        lengths.writeUInt32LE(source.length, 4);
        return new Promise((resolve, reject) => {
            this.#waiting.push({ path, resolve, reject });
            python.stdin.cork();
            for (const part of [lengths, name, source])
                python.stdin.write(part);
            python.stdin.uncork();
        });
    }
    /** Ends python. */
    close() {
        this.#python?.stdin.end();
        this.#python = undefined;
    }
    #start() {
        const { executable } = this;
        const python = (0,external_node_child_process_namespaceObject.spawn)(executable, [...pythonOptions, '-c', program], {
            cwd: (0,external_node_path_namespaceObject.dirname)((0,external_node_path_namespaceObject.dirname)(executable)),
            env: pythonEnvironment,
        });
        python.stdout.on('data', (chunk) => {
            this.#receive(chunk);
        });
        python.stderr.setEncoding('utf8').on('data', (text) => {
            this.#stderr = (this.#stderr + text).slice(-2000);
        });
        python.stdin.on('error', () => undefined); // python ended, which is said below
        python.on('error', (error) => {
            this.#fail(messageOf(error));
        });
        python.on('close', (code, signal) => {
            this.#fail(`it ended (${signal ?? code ?? ''})\n${this.#stderr}`.trim());
        });
        return python;
    }
    /** An answer is a length and as many bytes. */
    #receive(chunk) {
        this.#received.push(chunk);
        let size = this.#received.reduce((sum, { length }) => sum + length, 0);
        while (size >= 4) {
            const head = this.#received[0];
            const bytes = head !== undefined && head.length >= 4 ? head : Buffer.concat(this.#received);
            const end = 4 + bytes.readUInt32LE(0);
            if (size < end)
                return;
            const all = this.#received.length === 1 ? bytes : Buffer.concat(this.#received);
            const rest = all.subarray(end);
            this.#received = rest.length > 0 ? [rest] : [];
            size = rest.length;
            this.#waiting.shift()?.resolve(end === 4 ? undefined : withReferences(all.subarray(4, end)));
        }
    }
    #fail(why) {
        this.#python = undefined;
        for (const { path, reject } of this.#waiting.splice(0)) {
            reject(new errors_UserError(`python did not compile ${path}: ${why}`, {
                advice: withoutBytecode,
            }));
        }
    }
}
/** Several pythons that compile side by side, each started when those before it have something to do. */
class Compilers {
    executable;
    #compilers = [];
    /** @param processes how many at most */
    constructor(executable, processes) {
        this.executable = executable;
        this.widen(processes);
    }
    /** Lets it be so many, if there are fewer. */
    widen(processes) {
        while (this.#compilers.length < processes)
            this.#compilers.push(new Compiler(this.executable));
    }
    /** As `Compiler` does. */
    compile(path, source) {
        const [least] = this.#compilers.toSorted((a, b) => a.waiting - b.waiting); // of equal ones the first
        if (!least)
            throw new Error('there is no python to compile with');
        return least.compile(path, source);
    }
    close() {
        for (const compiler of this.#compilers)
            compiler.close();
    }
}

;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");
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

;// CONCATENATED MODULE: external "node:crypto"
const external_node_crypto_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");
;// CONCATENATED MODULE: ./src/prefix/content.ts

async function readAll(content) {
    const chunks = [];
    for await (const chunk of content)
        chunks.push(chunk);
    const [only] = chunks;
    // Not copied, unless it would keep much more in memory than itself.
    if (chunks.length === 1 && Buffer.isBuffer(only) && only.buffer.byteLength <= 2 * only.length)
        return only;
    return Buffer.concat(chunks);
}
/** Reads to the end for what reading does on the way. */
async function drain(content) {
    const iterator = content[Symbol.asyncIterator]();
    while (!(await iterator.next()).done)
        ;
}
// eslint-disable-next-line @typescript-eslint/require-await -- nothing to wait for, but readers of content do
async function* oneChunk(bytes) {
    if (bytes.length > 0)
        yield bytes;
}
/** Hex digits. */
function sha256(bytes) {
    return (0,external_node_crypto_namespaceObject.createHash)('sha256').update(bytes).digest('hex');
}

;// CONCATENATED MODULE: ./src/environment/pip/name.ts
/** The one form of a distribution's name (PEP 503): `Flask_SQLAlchemy` is `flask-sqlalchemy`. */
function canonicalName(name) {
    return name.toLowerCase().replace(/[-_.]+/g, '-');
}
/** The parts of a wheel's file name (PEP 427); undefined for anything else. */
function wheelParts(fileName) {
    const [, name, version, build, platforms] = /^([^\s-]+)-([^\s-]+)-((?:\d[^\s-]*-)?[^\s-]+-[^\s-]+-([^\s-]+))\.whl$/i.exec(fileName) ?? [];
    if (name === undefined || version === undefined || build === undefined || platforms === undefined)
        return undefined;
    return { name: canonicalName(name), version, build, platforms: platforms.split('.') };
}
/** What pip takes for an archive by its name (pip's utils/filetypes.py). */
function isArchiveName(path) {
    return /\.(whl|zip|tar|tar\.(gz|bz2|xz|lz|lzma)|tgz|tbz|txz|tlz)$/i.test(path);
}

;// CONCATENATED MODULE: ./src/prefix/distributions.ts

/** Finds the distributions among files of a prefix, as pip does: by `<name>-<version>.dist-info` and the older `.egg-info`. */
function findDistributions(paths) {
    const found = new Map();
    for (const file of paths) {
        const [, path = '', name = '', version = '', kind = ''] = /^((?:.*\/)?site-packages\/([^/-]+)(?:-([^/]*))?\.(dist-info|egg-info))(?:\/|$)/.exec(file) ?? [];
        if (path === '' || found.has(path))
            continue;
        found.set(path, {
            name: canonicalName(name),
            version: kind === 'egg-info' ? version.replace(/-py\d[\d.]*(-.*)?$/, '') : version,
            path,
            kind: kind === 'egg-info' ? kind : 'dist-info',
        });
    }
    return [...found.values()];
}
/** Their names, sorted, each once. */
function distributionNames(paths) {
    return [...new Set(findDistributions(paths).map(({ name }) => name))].sort();
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
function unusableName(path) {
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

;// CONCATENATED MODULE: ./src/packages/archive-path.ts



/**
 * A path that an archive or its metadata names, as a clean path below the package's root: `/` between names, no `.`,
 * no empty names, no trailing slash.
 * @param said who names it, for the message: `the archive`, `info/paths.json`
 * @throws UserError when the path could leave the prefix, names the root itself, or is one that no file of Linux can have
 */
function safePath(path, dist, said) {
    const refuse = (why) => new errors_UserError(`package ${dist}: ${said} names the path ${foreignText(JSON.stringify(path))}, which ${why}`, {
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

;// CONCATENATED MODULE: ./src/prefix/clobber.ts


/**
 * Finds the paths that more than one package claims. micromamba removes what is there and puts its own in its place,
 * so the package that comes later in the lock wins.
 * @param plans the packages in the order of the lock, each with its paths, none twice
 */
function findClobbers(plans) {
    const owners = new Map();
    const clobbers = new Map();
    plans.forEach(({ paths }, position) => {
        for (const path of paths) {
            const before = owners.get(path);
            owners.set(path, position);
            if (before === undefined)
                continue;
            const clobber = clobbers.get(path);
            if (clobber) {
                clobber.losers.push(before);
                clobber.winner = position;
            }
            else {
                clobbers.set(path, { winner: position, losers: [before] });
            }
        }
    });
    return clobbers;
}
/**
 * Finds the paths below a file or a soft link that is claimed as well. micromamba fails at a file, and writes through a
 * soft link to wherever that leads, which layers of an image cannot express.
 * @param plans as for `findClobbers`
 */
function findObstructed(plans) {
    const owners = new Map();
    plans.forEach(({ paths }, position) => {
        for (const path of paths)
            owners.set(path, position);
    });
    const obstructed = [];
    const free = new Set(); // directories with nothing but directories above
    plans.forEach(({ paths }, position) => {
        for (const path of paths) {
            const parents = [];
            let by;
            for (const parent of parentsOf(path)) {
                if (free.has(parent))
                    break;
                if (owners.has(parent))
                    by = parent;
                parents.push(parent);
            }
            if (by === undefined)
                for (const parent of parents)
                    free.add(parent);
            else
                obstructed.push({ path, position, by, byPosition: owners.get(by) ?? position });
        }
    });
    return obstructed;
}
/**
 * @param plans in the order of the lock, perhaps with holes
 * @throws UserError when a package has files below another one's file or link, which a layer cannot have
 */
function refuseObstructed(plans) {
    const [obstructed] = findObstructed(plans);
    if (!obstructed)
        return;
    const { path, position, by, byPosition } = obstructed;
    throw new errors_UserError(`${plans[position]?.dist ?? ''} has '${path}', and ${plans[byPosition]?.dist ?? ''} has a file or link in its way: '${by}'`, { advice: 'Choose other versions or builds of these packages.' });
}
/** Which paths to take from the package at `position` when others take some from it. */
function selectWinning(clobbers, position) {
    return (path) => (clobbers.get(path)?.winner ?? position) === position;
}

;// CONCATENATED MODULE: ./src/prefix/python.ts

/**
 * Where a python package keeps itself and its modules (libmamba 2.8, transaction_context.cpp): its own
 * `python_site_packages_path`, else by its version, and by its build for free-threaded ones (`…_cp313t`), whose
 * directory and executable have a `t`.
 * @param python the version and build of the python package, and what its info/index.json says, where that was read
 */
function pythonOf(python) {
    const version = python.version.split('.').slice(0, 2).join('.');
    const usual = `lib/python${version}/site-packages`;
    const freeThreaded = python.build.includes(`cp${version.replace('.', '')}t`);
    const declared = python.pythonSitePackagesPath;
    const sitePackages = freeThreaded && (declared === undefined || declared === usual)
        ? `lib/python${version}t/site-packages`
        : safePath(declared ?? usual, `python-${python.version}-${python.build}`, 'python_site_packages_path');
    const suffix = sitePackages.includes(`python${version}t`) ? 't' : '';
    return { version, executable: `bin/python${version}${suffix}`, sitePackages };
}
/** Whether a python is one that a package of that version and build can bring: it may itself say where its modules go. */
function python_isPythonOf(locked, { version, executable, sitePackages }) {
    try {
        const own = pythonOf({ ...locked, pythonSitePackagesPath: sitePackages });
        return own.version === version && own.executable === executable && own.sitePackages === sitePackages;
    }
    catch {
        return false;
    }
}
/** Where python keeps the bytecode of a source file (PEP 3147; python 2 keeps it beside the source). */
function bytecodePath(source, version) {
    if (version.startsWith('2'))
        return `${source}c`;
    const slash = source.lastIndexOf('/');
    const name = source.slice(slash + 1);
    const stem = name === '.py' ? name : name.replace(/\.py$/, '');
    return `${source.slice(0, slash + 1)}__pycache__/${stem}.cpython-${version.replaceAll('.', '')}.pyc`;
}

;// CONCATENATED MODULE: ./src/prefix/activation-files.ts

const variables = /^etc\/conda\/env_vars\.d\/[^/]+\.json$/;
const script = /^etc\/conda\/activate\.d\/[^/]+\.sh$/;
/** Whether activation reads a file of a prefix. */
function activation_files_isActivationFile(path) {
    return variables.test(path) || script.test(path);
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
    const files = sorted(texts).filter(({ path }) => script.test(path));
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

;// CONCATENATED MODULE: external "node:stream/consumers"
const consumers_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream/consumers");
// EXTERNAL MODULE: ./node_modules/yauzl/index.js
var yauzl = __nccwpck_require__(663);
;// CONCATENATED MODULE: external "node:fs/promises"
const promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");
;// CONCATENATED MODULE: ./src/packages/wheel/windowed-file.ts


/** Bytes that are read at once. */
const windowSize = 1024 * 1024;
/** One goes through the members of a zip while another one goes through its directory. */
const windowCount = 2;
/**
 * A file that is read here and there, a few bytes at a time and mostly onwards, as a zip is: what is near to what was asked for comes from
 * memory. A wheel of ten thousand modules would be read in as many times ten steps otherwise.
 */
class WindowedFile extends yauzl/* RandomAccessReader */.lJ {
    size;
    #handle;
    /** The one that was of use last comes last. */
    #windows = [];
    constructor(handle, size) {
        super();
        this.#handle = handle;
        this.size = size;
    }
    static async open(file) {
        const handle = await (0,promises_namespaceObject.open)(file);
        return new WindowedFile(handle, (await handle.stat()).size);
    }
    /** @returns fewer bytes than asked for at the end of the file only */
    async bytes(start, length) {
        if (length > windowSize)
            return this.#read(start, length);
        const found = this.#windows.findIndex((window) => start >= window.start && start + length <= window.start + windowSize);
        const [window] = found < 0 ? [] : this.#windows.splice(found, 1);
        const { bytes, start: from } = window ?? { start, bytes: this.#read(start, windowSize) };
        this.#windows.push({ start: from, bytes });
        if (this.#windows.length > windowCount)
            this.#windows.shift();
        return (await bytes).subarray(start - from, start - from + length);
    }
    async #read(start, length) {
        const wanted = Math.max(0, Math.min(length, this.size - start));
        const { bytesRead, buffer } = await this.#handle.read(Buffer.allocUnsafe(wanted), 0, wanted, start);
        return buffer.subarray(0, bytesRead);
    }
    read(buffer, offset, length, position, callback) {
        this.bytes(position, length).then((bytes) => {
            bytes.copy(buffer, offset);
            process.nextTick(callback, null);
        }, (error) => {
            process.nextTick(callback, error);
        });
    }
    /** To be called when nothing more is read. */
    async end() {
        await this.#handle.close();
    }
}

;// CONCATENATED MODULE: external "node:zlib"
const external_node_zlib_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");
;// CONCATENATED MODULE: ./src/packages/conda/bzip2.ts
/**
 * A streaming bzip2 decoder for `.tar.bz2` packages. It holds one block (at most 900 kB of output before runs are
 * expanded) and the compressed bytes ahead of it, whatever the archive's size, and checks every checksum.
 *
 * The format has no specification of its own; this follows what bzip2 1.0.8 writes: a stream header, blocks (run
 * lengths, Burrows-Wheeler transform, move to front, up to six Huffman tables), a trailer, and possibly more streams.
 */
/** The bytes are not bzip2, or not all of them are there. */
class Bzip2Error extends Error {
    name = 'Bzip2Error';
}
const outputChunk = 256 * 1024;
const maxSymbols = 258;
const maxCodeLength = 20;
const groupSize = 50;
/** Codes up to this length are decoded by one table look-up. */
const quickBits = 10;
/**
 * Decompresses one or more concatenated bzip2 streams.
 * @throws Bzip2Error when the input is damaged or ends early
 */
async function* bunzip2(input) {
    const bits = new BitReader(input);
    try {
        do {
            await bits.require(14);
            yield* stream(bits);
            await bits.require(1);
        } while (bits.available > 0);
    }
    finally {
        await bits.close();
    }
}
async function* stream(bits) {
    const block = new Block(streamHeader(bits) * 100_000);
    let streamCrc = 0;
    for (;;) {
        await bits.require(block.longestCompressed);
        const magic = bits.read(24) * 0x1000000 + bits.read(24);
        if (magic === 0x177245385090)
            break; // the square root of pi ends a stream
        if (magic !== 0x314159265359)
            throw new Bzip2Error('no block begins where one should'); // pi begins a block
        const expected = readCrc(bits);
        const start = block.decode(bits);
        const crc = yield* block.output(start);
        if (crc !== expected)
            throw new Bzip2Error('the checksum of a block is wrong');
        streamCrc = ((streamCrc << 1) | (streamCrc >>> 31)) ^ crc;
    }
    if (readCrc(bits) !== streamCrc)
        throw new Bzip2Error('the checksum of the stream is wrong');
    bits.align();
}
/** Returns the block size in units of 100 kB. */
function streamHeader(bits) {
    const magic = bits.read(24);
    const level = bits.read(8) - 0x30;
    if (magic !== 0x425a68 || level < 1 || level > 9)
        throw new Bzip2Error('this is not bzip2 data');
    return level;
}
/** 32 bits as a signed integer, the form in which checksums are computed. */
function readCrc(bits) {
    const high = bits.read(16);
    return (high << 16) | bits.read(16);
}
/** An index known to be within the array's bounds. */
function at(array, index) {
    return array[index]; // the callers' loops are bounded by the array's length; a check here costs a tenth
}
/** Bits, most significant first, from chunks of bytes. */
class BitReader {
    #input;
    #ended = false;
    bytes = new Uint8Array(0);
    /** The next byte to move to `window`. */
    position = 0;
    /** The low `count` bits are still to be read. */
    window = 0;
    count = 0;
    constructor(input) {
        this.#input = input[Symbol.asyncIterator]();
    }
    /** Whole bytes that can be read without waiting. */
    get available() {
        return this.bytes.length - this.position + (this.count >> 3);
    }
    /** Waits until `length` bytes are there, or the input has ended. */
    async require(length) {
        if (this.#ended || this.available >= length)
            return;
        const chunks = [this.bytes.subarray(this.position)];
        let available = this.available;
        while (available < length) {
            const next = await this.#input.next();
            if (next.done) {
                this.#ended = true;
                break;
            }
            chunks.push(next.value);
            available += next.value.length;
        }
        this.bytes = Buffer.concat(chunks);
        this.position = 0;
    }
    /** Lets go of the input, wherever reading has come to. */
    async close() {
        await this.#input.return?.();
    }
    /** The next `length` bits, at most 24. */
    read(length) {
        while (this.count < length) {
            if (this.position >= this.bytes.length)
                throw new Bzip2Error('it ends too early');
            this.window = (this.window << 8) | at(this.bytes, this.position++);
            this.count += 8;
        }
        this.count -= length;
        return (this.window >>> this.count) & ((1 << length) - 1);
    }
    /** Skips to the next whole byte. */
    align() {
        this.count -= this.count & 7;
    }
}
/** Canonical Huffman codes of one table. */
class Codes {
    /** For every value of the next `quickBits` bits: symbol × 32 + code length, or 0 when the code is longer. */
    quick = new Uint16Array(1 << quickBits);
    limit = new Int32Array(maxCodeLength + 2);
    base = new Int32Array(maxCodeLength + 2);
    symbols = new Uint16Array(maxSymbols);
    longest = 0;
    build(lengths, symbolCount) {
        const perLength = new Int32Array(maxCodeLength + 2);
        this.longest = 0;
        for (let symbol = 0; symbol < symbolCount; symbol++) {
            const length = at(lengths, symbol);
            perLength[length] = at(perLength, length) + 1;
            if (length > this.longest)
                this.longest = length;
        }
        this.quick.fill(0);
        let code = 0;
        let index = 0;
        for (let length = 1; length <= this.longest; length++) {
            this.base[length] = index - code;
            for (let symbol = 0; symbol < symbolCount; symbol++) {
                if (at(lengths, symbol) !== length)
                    continue;
                this.symbols[index++] = symbol;
                if (length <= quickBits) {
                    const first = code << (quickBits - length);
                    this.quick.fill((symbol << 5) | length, first, first + (1 << (quickBits - length)));
                }
                code++;
            }
            if (code > 1 << length)
                throw new Bzip2Error('a Huffman table is over-full');
            this.limit[length] = code - 1;
            code <<= 1;
        }
    }
}
/** One block at a time, in arrays that are used again. */
class Block {
    #size;
    /** While decoding, the block's bytes in the order of the transform; then also, from bit 8 on, who follows whom. */
    #chain;
    #length = 0;
    #tables = Array.from({ length: 6 }, () => new Codes());
    #selectors = new Uint8Array(32768);
    #lengths = new Uint8Array(maxSymbols);
    #used = new Uint8Array(256);
    #counts = new Int32Array(256);
    constructor(size) {
        this.#size = size;
        this.#chain = new Int32Array(size);
    }
    /** No block takes more bytes than this: the longest code for each symbol, and 64 kB of tables. */
    get longestCompressed() {
        return (this.#size * maxCodeLength) / 8 + 65536;
    }
    /** Reads a block behind its checksum. Returns where in the chain the text begins. */
    decode(bits) {
        if (bits.read(1))
            throw new Bzip2Error('randomised blocks (bzip2 before 0.9.5) are not supported');
        const origin = bits.read(24);
        const usedCount = this.#readUsed(bits);
        const selectorCount = this.#readTables(bits, usedCount + 2);
        this.#readSymbols(bits, usedCount, selectorCount);
        if (origin >= this.#length)
            throw new Bzip2Error('a block begins outside itself');
        this.#linkChain();
        return at(this.#chain, origin);
    }
    /** Which byte values occur: a bit for each sixteenth of them, then sixteen bits for each that has any. */
    #readUsed(bits) {
        const ranges = bits.read(16);
        let count = 0;
        for (let range = 0; range < 16; range++) {
            if (!(ranges & (0x8000 >> range)))
                continue;
            const values = bits.read(16);
            for (let value = 0; value < 16; value++) {
                if (values & (0x8000 >> value))
                    this.#used[count++] = range * 16 + value;
            }
        }
        if (count === 0)
            throw new Bzip2Error('a block has no symbols');
        return count;
    }
    #readTables(bits, symbolCount) {
        const tableCount = bits.read(3);
        const selectorCount = bits.read(15);
        if (tableCount < 2 || tableCount > 6 || selectorCount < 1)
            throw new Bzip2Error('a block has no tables');
        const recent = [0, 1, 2, 3, 4, 5];
        for (let index = 0; index < selectorCount; index++) {
            let back = 0;
            while (bits.read(1)) {
                if (++back >= tableCount)
                    throw new Bzip2Error('a block uses a table that it does not have');
            }
            const table = recent.splice(back, 1)[0] ?? 0;
            recent.unshift(table);
            this.#selectors[index] = table;
        }
        for (const table of this.#tables.slice(0, tableCount)) {
            let length = bits.read(5);
            for (let symbol = 0; symbol < symbolCount; symbol++) {
                for (;;) {
                    if (length < 1 || length > maxCodeLength)
                        throw new Bzip2Error('a Huffman code has no valid length');
                    if (!bits.read(1))
                        break;
                    length += bits.read(1) ? -1 : 1;
                }
                this.#lengths[symbol] = length;
            }
            table.build(this.#lengths, symbolCount);
        }
        return selectorCount;
    }
    /** Huffman codes, then runs of the front byte (symbols 0 and 1, a bijective base 2), then move to front. */
    #readSymbols(bits, usedCount, selectorCount) {
        const chain = this.#chain;
        const size = this.#size;
        const counts = this.#counts.fill(0);
        const front = this.#used.slice(0, usedCount);
        const end = usedCount + 1;
        const { bytes } = bits;
        let { position, window, count } = bits;
        let length = 0;
        let run = 0;
        let runUnit = 1;
        for (let group = 0;; group++) {
            if (position > bytes.length + 4)
                throw new Bzip2Error('it ends too early');
            if (group >= selectorCount)
                throw new Bzip2Error('a block has no end');
            const table = this.#tables[at(this.#selectors, group)];
            if (!table)
                throw new Bzip2Error('a block uses a table that it does not have');
            const { quick, limit, base, symbols, longest } = table;
            for (let left = groupSize; left > 0; left--) {
                while (count <= 24) {
                    // Bits behind the input's end are zeros; whether they were needed is checked once a group.
                    window = (window << 8) | (position < bytes.length ? at(bytes, position) : 0);
                    position++;
                    count += 8;
                }
                let symbol;
                const found = at(quick, (window >>> (count - quickBits)) & ((1 << quickBits) - 1));
                if (found) {
                    symbol = found >>> 5;
                    count -= found & 31;
                }
                else {
                    let bitCount = quickBits + 1;
                    let code = 0;
                    for (; bitCount <= longest; bitCount++) {
                        code = (window >>> (count - bitCount)) & ((1 << bitCount) - 1);
                        if (code <= at(limit, bitCount))
                            break;
                    }
                    if (bitCount > longest)
                        throw new Bzip2Error('a Huffman code is not in its table');
                    symbol = at(symbols, at(base, bitCount) + code);
                    count -= bitCount;
                }
                if (symbol <= 1) {
                    run += runUnit << symbol;
                    runUnit <<= 1;
                    if (run > size)
                        throw new Bzip2Error('a block is larger than it may be');
                    continue;
                }
                if (run > 0) {
                    if (length + run > size)
                        throw new Bzip2Error('a block is larger than it may be');
                    const value = at(front, 0);
                    counts[value] = at(counts, value) + run;
                    chain.fill(value, length, length + run);
                    length += run;
                    run = 0;
                    runUnit = 1;
                }
                if (symbol === end) {
                    this.#length = length;
                    bits.position = position - (count >> 3); // whole bytes that were looked at ahead are given back
                    bits.count = count & 7;
                    bits.window = window >>> (count & 24);
                    if (bits.position > bytes.length)
                        throw new Bzip2Error('it ends too early');
                    return;
                }
                if (length >= size)
                    throw new Bzip2Error('a block is larger than it may be');
                const place = symbol - 1;
                const value = at(front, place);
                front.copyWithin(1, 0, place);
                front[0] = value;
                counts[value] = at(counts, value) + 1;
                chain[length++] = value;
            }
        }
    }
    /** Turns the transform's last column into a chain that spells the text. */
    #linkChain() {
        const chain = this.#chain;
        const next = this.#counts;
        let sum = 0;
        for (let value = 0; value < 256; value++) {
            const occurrences = at(next, value);
            next[value] = sum;
            sum += occurrences;
        }
        for (let index = 0; index < this.#length; index++) {
            const value = at(chain, index) & 0xff;
            const place = at(next, value);
            next[value] = place + 1;
            chain[place] = at(chain, place) | (index << 8);
        }
    }
    /** Follows the chain and expands runs: four equal bytes are followed by how many more there are. Returns the CRC. */
    *output(start) {
        const chain = this.#chain;
        let crc = -1;
        let link = start;
        let previous = -1;
        let repeats = 0;
        let chunk = new Uint8Array(outputChunk);
        let filled = 0;
        for (let left = this.#length; left > 0; left--) {
            link = at(chain, link >>> 8);
            const value = link & 0xff;
            if (filled + 256 > outputChunk) {
                yield chunk.subarray(0, filled);
                chunk = new Uint8Array(outputChunk);
                filled = 0;
            }
            if (repeats === 4) {
                for (let copies = value; copies > 0; copies--) {
                    chunk[filled++] = previous;
                    crc = (crc << 8) ^ at(crcTable, (crc >>> 24) ^ previous);
                }
                repeats = 0;
                previous = -1;
                continue;
            }
            repeats = value === previous ? repeats + 1 : 1;
            previous = value;
            chunk[filled++] = value;
            crc = (crc << 8) ^ at(crcTable, (crc >>> 24) ^ value);
        }
        if (filled > 0)
            yield chunk.subarray(0, filled);
        return ~crc;
    }
}
/** CRC-32 of polynomial 0x04c11db7, most significant bit first, for each byte. */
const crcTable = Int32Array.from({ length: 256 }, (_, value) => {
    let crc = value << 24;
    for (let bit = 0; bit < 8; bit++)
        crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    return crc;
});

;// CONCATENATED MODULE: ./src/packages/conda/decompress.ts



/** Few, large chunks: a gigabyte in pieces of 16 kB, Node's default, costs more in hand-overs than in decoding. */
const readChunk = 1024 * 1024;
const decompress_outputChunk = 512 * 1024;
function readRange({ file, start, size }) {
    return (0,external_node_fs_namespaceObject.createReadStream)(file, { start, end: start + size - 1, highWaterMark: readChunk });
}
/** The decompressed bytes of zstd frames, of which there may be several in a row. */
async function* decompress_unzstd({ file, start, size }) {
    for (let done = 0; done < size;) {
        const decoder = (0,external_node_zlib_namespaceObject.createZstdDecompress)({ chunkSize: decompress_outputChunk });
        const source = readRange({ file, start: start + done, size: size - done });
        source.on('error', (error) => decoder.destroy(error));
        try {
            yield* source.pipe(decoder);
        }
        finally {
            source.destroy();
        }
        // Node's decoder ends with a frame and says nothing of what stands behind it in the same chunk.
        done += decoder.bytesWritten;
    }
}
function decompress_unbzip2(range) {
    return bunzip2(readRange(range));
}

;// CONCATENATED MODULE: ./src/common/json.ts
/** Looks at values that came as JSON from elsewhere. */
function json_isRecord(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function isStringRecord(value) {
    return json_isRecord(value) && Object.values(value).every((item) => typeof item === 'string');
}

;// CONCATENATED MODULE: ./src/packages/conda/json.ts


/** The object that is all of a package's metadata file. @throws UserError when it is none */
function parseObject(text, file, dist) {
    let value;
    try {
        value = JSON.parse(text);
    }
    catch (cause) {
        throw malformed(dist, `${file} is not JSON: ${messageOf(cause)}`, cause);
    }
    if (!json_isRecord(value))
        throw malformed(dist, `${file} is not an object`);
    return value;
}
/** A value of a metadata file, for a message. */
function shown(value) {
    return value === undefined ? 'missing' : JSON.stringify(value);
}
/** The error for metadata that no package should have. `what` is a sentence without its full stop. */
function malformed(dist, what, cause) {
    return new errors_UserError(`package ${dist} is malformed: ${what}`, {
        advice: 'Only its maintainers can mend it. Choose another version or build of it.',
        cause,
    });
}

;// CONCATENATED MODULE: ./src/packages/conda/conda-format.ts







/** A metadata.json of a few dozen bytes is usual. */
const metadataLimit = 64 * 1024;
/** There are three. */
const mostMembers = 100;
/**
 * Finds the members of a `.conda` file: a zip of stored members `metadata.json`, `info-<dist>.tar.zst` and
 * `pkg-<dist>.tar.zst` (conda CEP 17; conda-package-handling's "new format").
 * @throws UserError when it is none, or of a format version that is not known
 */
async function conda_format_locateCondaMembers(file, dist) {
    const members = await zipMembers(file, dist);
    const metadata = members.get('metadata.json');
    if (!metadata)
        throw refusal(dist, 'it has no metadata.json');
    await checkMetadata(metadata, dist);
    return { info: theTar(members, 'info-', dist), pkg: theTar(members, 'pkg-', dist) };
}
function theTar(members, prefix, dist) {
    const names = [...members.keys()].filter((name) => name.startsWith(prefix) && name.endsWith('.tar.zst'));
    const range = names.length === 1 ? members.get(names[0] ?? '') : undefined;
    if (!range)
        throw refusal(dist, `it has ${names.length} members '${prefix}….tar.zst' instead of one`);
    return range;
}
async function checkMetadata(range, dist) {
    if (range.size > metadataLimit)
        throw refusal(dist, 'its metadata.json is too large');
    const json = await (0,consumers_namespaceObject.text)(readRange(range));
    let version;
    try {
        const metadata = JSON.parse(json);
        if (typeof metadata === 'object' && metadata !== null && 'conda_pkg_format_version' in metadata) {
            version = metadata.conda_pkg_format_version;
        }
    }
    catch (cause) {
        throw refusal(dist, 'its metadata.json is not JSON', cause);
    }
    if (version !== 2) {
        throw refusal(dist, `its format version is ${shown(version)}, and only 2 is known`);
    }
}
/**
 * Where the stored members of a zip lie in the file, by name. What says two things of one member, or has it twice, is two packages: one
 * for tools that go by the directory at the zip's end, another for those that go by what stands before each member.
 */
async function zipMembers(file, dist) {
    const members = new Map();
    const extents = [];
    // The library's own reader throws past everybody where a zip has an offset that no file has.
    const reader = await WindowedFile.open(file);
    try {
        const zip = await (0,yauzl/* fromRandomAccessReaderPromise */.or)(reader, reader.size, { autoClose: false });
        if (zip.entryCount > mostMembers)
            throw refusal(dist, `it has ${zip.entryCount} members`);
        for await (const entry of zip.eachEntry()) {
            const { fileName: name, compressedSize: size } = entry;
            if (entry.compressionMethod !== 0 || entry.isEncrypted()) {
                throw refusal(dist, `its member ${name} is not stored as it is`);
            }
            const { fileName, fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry);
            if (!fileName.equals(entry.fileNameRaw))
                throw refusal(dist, `its member ${name} has two names`);
            if (size === 0)
                throw refusal(dist, `its member ${name} is empty`);
            if (members.has(name))
                throw refusal(dist, `it has the member ${name} twice`);
            members.set(name, { file, start, size });
            extents.push([entry.relativeOffsetOfLocalHeader, start + size]);
        }
        extents.sort(([a], [b]) => a - b);
        if (extents.some(([start], index) => start < (extents[index - 1]?.[1] ?? 0))) {
            throw refusal(dist, 'its members overlap');
        }
    }
    catch (cause) {
        throw cause instanceof errors_UserError ? cause : refusal(dist, 'the zip cannot be read', cause);
    }
    finally {
        await reader.end();
    }
    return members;
}
function refusal(dist, what, cause) {
    const detail = cause instanceof Error ? `: ${cause.message}` : '';
    return new errors_UserError(`package ${dist} is not a readable .conda file: ${foreignText(`${what}${detail}`)}`, {
        advice: 'Its bytes are what the lock says, so the package itself is broken. Choose another build of it.',
        cause,
    });
}

;// CONCATENATED MODULE: ./src/packages/conda/entry-point.ts
/** Characters: more than any name and what it calls have. */
const entry_point_longest = 4096;
const identifiers = /^[\p{XIDS}_]\p{XIDC}*(\.[\p{XIDS}_]\p{XIDC}*)*$/u;
/**
 * Takes an entry point's definition apart, at its last `:` and the last `=` before it, as micromamba does (libmamba, link.cpp,
 * `parse_entry_point`). What it calls is read as importlib.metadata reads it: extras behind it, `[extra]`, mean nothing to a
 * script. Quotes around it or around all of the definition, which recipes have by accident, are taken off, for with them
 * there is no script that works.
 */
function parseEntryPoint(definition) {
    const unreadable = (problem) => ({ problem, isForbidden: false });
    if (definition.length > entry_point_longest)
        return unreadable(`has ${definition.length} characters`);
    const text = withoutExtras(unquoted(definition));
    const colon = text.lastIndexOf(':');
    if (colon < 0)
        return unreadable("has no ':'");
    const equals = text.lastIndexOf('=', colon);
    if (equals < 0)
        return unreadable("has no '='");
    const command = text.slice(0, equals).trim();
    const [module = '', callable = ''] = withoutExtras(unquoted(text.slice(equals + 1)))
        .split(':')
        .map((part) => part.trim());
    // eslint-disable-next-line no-control-regex -- control characters are what must not be there
    if (command === '' || command.startsWith('..') || command === '.' || /[/\\\s\x00-\x1f\x7f]/.test(command)) {
        return { problem: `has the command ${JSON.stringify(command)}, which is no file name`, isForbidden: true };
    }
    if (!identifiers.test(module)) {
        return unreadable(`has the module ${JSON.stringify(module)}, which is no dotted name`);
    }
    if (!identifiers.test(callable)) {
        return unreadable(`has the callable ${JSON.stringify(callable)}, which is no dotted name`);
    }
    return { command, module, callable };
}
function unquoted(text) {
    const trimmed = text.trim();
    return /^(["']).*\1$/s.test(trimmed) ? trimmed.slice(1, -1).trim() : trimmed;
}
function withoutExtras(text) {
    return text.replace(/\s*\[[^[\]]*\]$/, '');
}

;// CONCATENATED MODULE: ./src/packages/conda/legacy-files.ts


/** What a file with a prefix and no word about it was built with (conda's `PREFIX_PLACEHOLDER`). */
const oldestPlaceholder = '/opt/anaconda1anaconda2anaconda3';
/**
 * The files of a package from before info/paths.json: `info/files`, `info/has_prefix`, `info/no_link` and
 * `info/no_softlink`. Whether a path is a file or a link only the archive tells, and there are no hashes.
 * @param texts those files' content, by name
 */
function parseLegacyFiles(texts, dist) {
    const text = texts.get('files');
    if (text === undefined)
        throw malformed(dist, 'it has neither info/paths.json nor info/files');
    const paths = new Set(linesOf(text).map((line) => safePath(line, dist, 'info/files')));
    const placeholders = parseHasPrefix(texts.get('has_prefix') ?? '', paths, dist);
    const noLink = new Set([...linesOf(texts.get('no_link') ?? ''), ...linesOf(texts.get('no_softlink') ?? '')]);
    return [...paths].map((path) => {
        const placeholder = placeholders.get(path);
        return { path, size: 0, noLink: noLink.has(path), ...(placeholder && { placeholder }) };
    });
}
function linesOf(text) {
    return text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
}
/**
 * Reads info/has_prefix: a line is `placeholder mode path`, each in quotes where it needs them, or only a path. Unlike
 * micromamba this understands quotes, and paths with spaces that have none.
 */
function parseHasPrefix(text, files, dist) {
    const placeholders = new Map();
    for (const line of linesOf(text)) {
        if (files.has(line)) {
            placeholders.set(line, { prefix: oldestPlaceholder, mode: 'text' });
            continue;
        }
        const match = /^("[^"]+"|'[^']+'|\S+)\s+(text|binary)\s+(.+)$/.exec(line);
        const [prefix = '', mode, path] = match?.slice(1).map(unquote) ?? ['', 'text', unquote(line)];
        if (path === undefined || !files.has(path)) {
            throw malformed(dist, `info/has_prefix has the line '${line}', which is about no file of the package`);
        }
        placeholders.set(path, {
            prefix: prefix || oldestPlaceholder,
            mode: mode === 'binary' ? 'binary' : 'text',
        });
    }
    return placeholders;
}
function unquote(token) {
    return /^(["']).*\1$/.test(token) ? token.slice(1, -1) : token;
}

;// CONCATENATED MODULE: ./src/packages/conda/paths-json.ts



/**
 * Reads info/paths.json, version 1.
 * @throws UserError that names the package and what is wrong
 */
function parsePathsJson(json, dist) {
    const { paths, paths_version: version } = json;
    if (version !== 1) {
        throw malformed(dist, `the version of info/paths.json is ${shown(version)}, and only 1 is known`);
    }
    if (!Array.isArray(paths))
        throw malformed(dist, "'paths' in info/paths.json is no list");
    const files = paths.map((entry) => parseEntry(entry, dist));
    const seen = new Set();
    for (const { path } of files) {
        if (seen.has(path))
            throw malformed(dist, `info/paths.json lists '${path}' twice`);
        seen.add(path);
    }
    return files;
}
const pathTypes = {
    hardlink: 'file',
    softlink: 'softlink',
    directory: 'directory',
};
function parseEntry(entry, dist) {
    if (!json_isRecord(entry) || typeof entry['_path'] !== 'string') {
        throw malformed(dist, `an entry of info/paths.json has no '_path': ${JSON.stringify(entry)}`);
    }
    const path = safePath(entry['_path'], dist, 'info/paths.json');
    const { path_type: pathType, sha256, size_in_bytes: size = 0, prefix_placeholder: prefix, file_mode: mode, } = entry;
    const wrong = (key) => malformed(dist, `'${key}' of '${path}' in info/paths.json is ${JSON.stringify(entry[key])}`);
    if (pathType !== undefined && (typeof pathType !== 'string' || !Object.hasOwn(pathTypes, pathType)))
        throw wrong('path_type');
    const type = pathType === undefined ? undefined : pathTypes[pathType];
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
        throw wrong('size_in_bytes');
    const hasHash = sha256 !== undefined && sha256 !== null && sha256 !== '';
    if (hasHash && (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)))
        throw wrong('sha256');
    const hasPrefix = prefix !== undefined && prefix !== null && prefix !== '';
    if (hasPrefix && typeof prefix !== 'string')
        throw wrong('prefix_placeholder');
    if (mode !== undefined && mode !== null && mode !== 'text' && mode !== 'binary')
        throw wrong('file_mode');
    return {
        path,
        ...(type && { type }),
        ...(hasHash && type !== 'softlink' && { sha256 }),
        size,
        noLink: entry['no_link'] === true,
        // micromamba treats whatever is not said to be binary as text.
        ...(hasPrefix && { placeholder: { prefix, mode: mode ?? 'text' } }),
    };
}

;// CONCATENATED MODULE: ./src/packages/conda/package-info.ts





/** The files of `info/` that are read, and no others, by their name below it. */
const infoFiles = [
    'index.json',
    'paths.json',
    'link.json',
    'files',
    'has_prefix',
    'no_link',
    'no_softlink',
];
/**
 * Reads a package's metadata.
 * @param texts the content of the files of `info/` that are there
 * @param name how to call the package in errors
 * @throws UserError that names the package and what is wrong with it
 */
function parsePackageInfo(texts, name) {
    const indexText = texts.get('index.json');
    if (indexText === undefined)
        throw malformed(name, 'it has no info/index.json');
    const index = parseIndex(parseObject(indexText, 'info/index.json', name), name);
    const dist = `${index.name}-${index.version}-${index.build}`;
    const pathsText = texts.get('paths.json');
    const files = pathsText === undefined
        ? parseLegacyFiles(texts, dist)
        : parsePathsJson(parseObject(pathsText, 'info/paths.json', dist), dist);
    const linkJson = index.noarch === 'python' ? texts.get('link.json') : undefined;
    return { dist, index, files, ...parseLinkJson(linkJson, dist) };
}
function parseIndex(json, name) {
    const text = (key) => {
        const value = json[key];
        if (typeof value === 'string' && value !== '' && !/[/\0]/.test(value))
            return value;
        throw malformed(name, `'${key}' in info/index.json is ${shown(value)}`);
    };
    const { noarch, python_site_packages_path: sitePackages } = json;
    return {
        name: text('name'),
        version: text('version'),
        build: text('build'),
        ...(noarch === 'python' && { noarch }),
        ...((noarch === 'generic' || noarch === true) && { noarch: 'generic' }),
        ...(typeof sitePackages === 'string' && sitePackages !== '' && { pythonSitePackagesPath: sitePackages }),
        json,
    };
}
/** The entry points of info/link.json: `{"noarch": {"type": "python", "entry_points": […]}}`. */
function parseLinkJson(text, dist) {
    const { noarch } = text === undefined ? {} : parseObject(text, 'info/link.json', dist);
    const definitions = json_isRecord(noarch) ? (noarch['entry_points'] ?? []) : [];
    if (!Array.isArray(definitions))
        throw malformed(dist, "'entry_points' in info/link.json is no list");
    const entryPoints = [];
    const unreadable = [];
    for (const definition of definitions) {
        const parsed = typeof definition === 'string'
            ? parseEntryPoint(definition)
            : { problem: 'is no string', isForbidden: false };
        if ('command' in parsed) {
            entryPoints.push(parsed);
            continue;
        }
        const sentence = `the entry point ${JSON.stringify(definition)} in info/link.json ${parsed.problem}`;
        if (parsed.isForbidden)
            throw malformed(dist, sentence);
        unreadable.push(sentence);
    }
    return { entryPoints, unreadable };
}

;// CONCATENATED MODULE: external "node:stream"
const external_node_stream_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");
// EXTERNAL MODULE: ./node_modules/tar-stream/index.js
var tar_stream = __nccwpck_require__(118);
;// CONCATENATED MODULE: ./src/packages/conda/tar-entries.ts




/** More than any package has; each takes memory while the package is read. */
const mostEntries = 1_000_000;
/**
 * Checks what one package's entries do together: that none lies below a file or a link, none comes twice, and hard
 * links lead to files of the package. One for all tars of a package, in their order.
 */
class tar_entries_EntryGuard {
    #dist;
    /** Files and links seen. A hard link is kept as what it leads to. */
    #seen = new Map();
    /** Directories that are implied by what was seen. */
    #directories = new Set();
    constructor(dist) {
        this.#dist = dist;
    }
    /** Lets an entry pass, with hard links resolved to the file at their end. */
    admit(entry) {
        const { path } = entry;
        if (this.#seen.size === mostEntries)
            throw this.#refusal(`has more than ${mostEntries} files`);
        if (this.#seen.has(path))
            throw this.#refusal(`holds '${path}' twice`);
        if (this.#directories.has(path))
            throw this.#refusal(`has '${path}' as a directory and as something else`);
        for (const parent of parentsOf(path)) {
            if (this.#directories.has(parent))
                break;
            const above = this.#seen.get(parent);
            if (above) {
                const kind = above.type === 'symlink' ? 'soft link' : 'file';
                throw this.#refusal(`puts '${path}' below its ${kind} '${parent}'`);
            }
            this.#directories.add(parent);
        }
        if (entry.type === 'hardlink') {
            const target = this.#seen.get(entry.target);
            if (!target)
                throw this.#refusal(`has a hard link '${path}' to '${entry.target}', which it has not`);
            this.#seen.set(path, target);
            return target.type === 'file'
                ? { type: 'hardlink', path, target: target.path }
                : { type: 'symlink', path, target: target.target };
        }
        this.#seen.set(path, entry.type === 'file' ? { type: 'file', path } : entry);
        return entry;
    }
    #refusal(what) {
        return new errors_UserError(`package ${this.#dist}: the archive ${what}`, {
            advice: 'Such a package is broken or hostile. Choose another build of it.',
        });
    }
}
/** Tars from before POSIX's `ustar` are read as well; an option that the library's types do not have. */
const tarOptions = {
    allowUnknownFormat: true,
};
/**
 * The entries of one tar of a package, its `info/` included, directories left out.
 * @throws UserError for entries that no package may have, and for a tar that is damaged or ends early
 */
async function* tar_entries_tarEntries(bytes, dist, guard) {
    const tar = (0,tar_stream.extract)(tarOptions);
    // Errors of the source reach whoever iterates over the tar or an entry of it.
    (0,external_node_stream_namespaceObject.pipeline)(bytes, tar, () => undefined);
    try {
        for await (const stream of tar) {
            const entry = readEntry(stream, dist);
            if (entry)
                yield guard.admit(entry);
            // What nobody read is skipped; a stream that was read to its end does not mind.
            stream.resume();
        }
    }
    catch (error) {
        throw damage(error, dist);
    }
}
function readEntry(stream, dist) {
    const header = stream.header;
    // Of an entry whose size it cannot read the library gives neither bytes nor an end.
    if (header.size === null)
        throw damage('the size of an entry is no number', dist);
    if (header.type === 'directory' && /^[./]*$/.test(header.name))
        return undefined; // './', the root itself
    const path = safePath(header.name, dist, 'the archive');
    switch (header.type) {
        case 'directory':
            return undefined;
        case 'file':
        case 'contiguous-file':
            return {
                type: 'file',
                path,
                mode: header.mode & 0o777,
                mtime: Math.max(0, Math.floor(header.mtime.getTime() / 1000)) || 0,
                size: header.size,
                content: contentOf(stream, dist),
            };
        case 'symlink': {
            const target = header.linkname ?? '';
            if (target === '' || target.includes('\0')) {
                throw new errors_UserError(`package ${dist}: the soft link '${path}' leads nowhere`);
            }
            return { type: 'symlink', path, target };
        }
        case 'link':
            return {
                type: 'hardlink',
                path,
                target: safePath(header.linkname ?? '', dist, `the hard link '${path}'`),
            };
        case 'block-device':
        case 'character-device':
        case 'fifo':
        case null:
            throw new errors_UserError(`package ${dist}: '${path}' is a ${header.type ?? 'thing unknown to tar'}`, {
                advice: 'Packages hold files and links only. Choose another build of it.',
            });
    }
}
async function* contentOf(stream, dist) {
    try {
        // The library types its streams as giving anything; a tar's entries give bytes.
        for await (const chunk of stream)
            yield chunk;
    }
    catch (error) {
        throw damage(error, dist);
    }
}
/** What a decoder says of damaged bytes, as an error of the package. */
function damage(error, dist) {
    if (error instanceof errors_UserError)
        return error;
    return new errors_UserError(`package ${dist}: the archive is damaged or ends early: ${messageOf(error)}`, {
        advice: 'If its checksum is what the lock says, the package itself is broken. Choose another build of it.',
        cause: error,
    });
}

;// CONCATENATED MODULE: ./src/packages/conda/archive.ts







/** Metadata larger than this is refused; the largest real info/paths.json have some ten megabytes, and as values JSON takes several times that. */
const infoLimit = 64 * 1024 * 1024;
/**
 * Opens a package and reads its `info/`.
 * @param dist how to call the package in errors, `<name>-<version>-<build>`
 * @throws UserError that names the package and what is wrong with it
 */
async function openArchive(file, format, dist = (0,external_node_path_namespaceObject.basename)(file).replace(/\.(conda|tar\.bz2)$/, '')) {
    return format === 'conda' ? openConda(file, dist) : openTarBz2(file, dist);
}
/**
 * Reads what the tests of a package import.
 * @param dist how to call the package in errors
 * @throws UserError that names the package, when it cannot be read
 */
async function readImports(file, format, dist) {
    const bytes = format === 'conda'
        ? unzstd((await locateCondaMembers(file, dist)).info)
        : unbzip2({ file, start: 0, size: Infinity });
    const texts = new Map();
    let isBehindInfo = false;
    for await (const entry of tarEntries(bytes, dist, new EntryGuard(dist))) {
        // Most packages have their `info/` in front, and what is behind may be long.
        if (isBehindInfo && !isInfo(entry))
            break;
        isBehindInfo = isInfo(entry);
        const name = testFiles.find((candidate) => entry.path === `info/${candidate}`);
        if (name && entry.type === 'file')
            texts.set(name, await textOf(entry, dist));
    }
    return importsOf(texts);
}
async function openConda(file, dist) {
    const members = await conda_format_locateCondaMembers(file, dist);
    const { texts, hasFiles } = await readInfo(() => decompress_unzstd(members.info), dist, () => false);
    // Files are allowed in the tar with the metadata, too, where hardly any package has them.
    const tars = hasFiles ? [members.info, members.pkg] : [members.pkg];
    return {
        info: parsePackageInfo(texts, dist),
        entries: () => packageFiles(tars.map((tar) => () => decompress_unzstd(tar)), dist),
    };
}
async function openTarBz2(file, dist) {
    const range = { file, start: 0, size: Infinity };
    const open = () => decompress_unbzip2(range);
    const { texts } = await readInfo(open, dist, isComplete);
    return { info: parsePackageInfo(texts, dist), entries: () => packageFiles([open], dist) };
}
/** Whether nothing in the rest of a tar could add to what is known. Most packages have their `info/` in front. */
function isComplete(texts) {
    const index = texts.get('index.json');
    return index !== undefined && texts.has('paths.json') && (texts.has('link.json') || !/"python"/.test(index));
}
/** Reads the metadata, and says whether there were files beside it. */
async function readInfo(open, dist, isDone) {
    const texts = new Map();
    let hasFiles = false;
    for await (const entry of tar_entries_tarEntries(open(), dist, new tar_entries_EntryGuard(dist))) {
        const name = infoFiles.find((candidate) => entry.path === `info/${candidate}`);
        hasFiles ||= !isInfo(entry);
        if (!name || entry.type !== 'file')
            continue;
        texts.set(name, await textOf(entry, dist));
        if (isDone(texts))
            break;
    }
    return { texts, hasFiles };
}
async function textOf({ path, size, content }, dist) {
    if (size > infoLimit)
        throw malformed(dist, `${path} has ${size} bytes`);
    return Buffer.concat(await Array.fromAsync(content)).toString();
}
async function* packageFiles(tars, dist) {
    const guard = new tar_entries_EntryGuard(dist);
    for (const open of tars) {
        for await (const entry of tar_entries_tarEntries(open(), dist, guard)) {
            if (!isInfo(entry))
                yield entry;
        }
    }
}
function isInfo({ path }) {
    return path.startsWith('info/');
}

;// CONCATENATED MODULE: ./src/prefix/bytecode-format.ts
/** The form of the bytecode, for whatever says what determines an image's bytes; raised when the form changes. */
const bytecodeFormat = 3;
/**
 * Whether a python has bytecode that does not tell of its source's time: hash-based, since 3.7 (PEP 552).
 * @param version `3.12`
 */
function hasHashedBytecode(version) {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return major === 3 && minor >= 7;
}
/**
 * The mode of a .pyc, as python itself gives it (importlib, `_calc_mode` and `_write_atomic`): its source's, writable for the
 * owner, never executable.
 */
function bytecodeMode(source) {
    return (source | 0o200) & 0o666;
}

;// CONCATENATED MODULE: ./src/prefix/shebang.ts
/** Bytes of a first line, `#!` included and the newline not, that Linux is sure to read whole. */
const longestShebang = 127;
const shebang = /^#! *(\/(?:\\ |[^ \n\r\t])*)(.*)$/;
/**
 * Replaces a first line that is too long a shebang by one through `env`, arguments kept (libmamba 2.8, link.cpp:
 * `replace_long_shebang`). Whatever else the file is stays as it is.
 */
function shortenShebang(content) {
    if (content[0] !== 0x23 || content[1] !== 0x21)
        return content;
    const newline = content.indexOf(0x0a);
    const end = newline < 0 ? content.length : newline;
    if (end <= longestShebang)
        return content;
    // One character a byte: paths and arguments are whatever bytes they are.
    const match = shebang.exec(content.toString('latin1', 0, end));
    if (!match)
        return content;
    const [, path = '', rest = ''] = match;
    const line = `#!/usr/bin/env ${path.slice(path.lastIndexOf('/') + 1)}${rest}`;
    return Buffer.concat([Buffer.from(line, 'latin1'), content.subarray(end)]);
}
/**
 * The first line, or lines, of a script that python runs. A path that a shebang cannot hold is given to `exec` by a
 * shell, in lines that python takes for a string (libmamba 2.8, link.cpp: `python_shebang`).
 * @param python the absolute path of the executable
 */
function pythonShebang(python) {
    const fits = Buffer.byteLength(python) <= longestShebang - 2 && !python.includes(' ');
    return fits ? `#!${python}` : `#!/bin/sh\n'''exec' "${python}" "$0" "$@" #'''`;
}

;// CONCATENATED MODULE: ./src/prefix/placeholder.ts

/**
 * Puts the prefix where a file holds the prefix that its package was built with (libmamba 2.8, link.cpp:
 * `LinkPackage::link_path`).
 * @param content the whole file; may be overwritten
 * @returns the file for this prefix; in binary mode of the same size, or `undefined` when the prefix does not fit
 */
function replacePlaceholder(content, placeholder, prefix) {
    const from = Buffer.from(placeholder.prefix);
    const to = Buffer.from(prefix);
    if (placeholder.mode === 'text')
        return shortenShebang(replaceText(content, from, to));
    if (to.length > from.length && content.includes(from))
        return undefined;
    replaceBinary(content, from, to);
    return content;
}
function replaceText(content, from, to) {
    const pieces = [];
    let end = 0;
    for (let at = content.indexOf(from); at >= 0; at = content.indexOf(from, end)) {
        pieces.push(content.subarray(end, at), to);
        end = at + from.length;
    }
    return end === 0 ? content : Buffer.concat([...pieces, content.subarray(end)]);
}
/**
 * In place: the rest of a string, up to its NUL, moves up behind the shorter prefix, and NULs fill what becomes free
 * at the string's end, so that nothing else in the file moves. A string may hold the placeholder several times.
 */
function replaceBinary(content, from, to) {
    let at = content.indexOf(from);
    while (at >= 0) {
        const nul = content.indexOf(0, at + from.length);
        const end = nul < 0 ? content.length : nul;
        let written = at;
        while (at >= 0 && at < end) {
            written += to.copy(content, written);
            const rest = at + from.length;
            at = content.indexOf(from, rest);
            const restEnd = at >= 0 && at < end ? at : end;
            content.copyWithin(written, rest, restEnd);
            written += restEnd - rest;
        }
        content.fill(0, written, end);
    }
}

;// CONCATENATED MODULE: ./src/prefix/soft-links.ts
/** Soft links that lead to soft links are followed this often, as Linux does. */
const mostHops = 40;
/**
 * Finds what a path of a package comes to when the package's own soft links are followed, in its last name and above.
 * @param path relative to the prefix
 * @param links targets by path, both as they are in the prefix
 * @param prefix absolute, for links that are
 * @returns a path relative to the prefix, or `undefined` when it leads out of it, or in a circle
 */
function followLinks(path, links, prefix) {
    const root = prefix.split('/').filter((name) => name !== '');
    const inPrefix = (names) => root.every((name, depth) => names[depth] === name);
    let names = [...root];
    const pending = path.split('/').reverse();
    let hops = 0;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
        if (name === '' || name === '.')
            continue;
        if (name === '..') {
            names.pop();
            continue;
        }
        names.push(name);
        const target = inPrefix(names) ? links.get(names.slice(root.length).join('/')) : undefined;
        if (target === undefined)
            continue;
        if (++hops > mostHops)
            return undefined;
        names = target.startsWith('/') ? [] : names.slice(0, -1);
        pending.push(...target.split('/').reverse());
    }
    return inPrefix(names) && names.length > root.length ? names.slice(root.length).join('/') : undefined;
}

;// CONCATENATED MODULE: ./src/prefix/linking.ts






const linking_directoryMode = 0o755;
/** What conda-meta says of a soft link that leads to no file of its package. */
const sha256OfNothing = sha256(Buffer.alloc(0));
/** Bytes of a file that has to be in memory as a whole: more than any real one with a prefix in it. */
const wholeLimit = 2 * 1024 ** 3;
/** One package on its way into the prefix, and what is learnt on the way. */
class Linking {
    #plan;
    #archive;
    #context;
    #select;
    #planned;
    /** What each file was in the archive, as far as the archive has been read. */
    #archived = new Map();
    /** Hashes in the prefix, of whatever has content. */
    #hashes = new Map();
    /** Soft links in the archive and in the prefix, targets by path. */
    #archiveLinks = new Map();
    #prefixLinks = new Map();
    /** Hard links in the archive, by path the file that they are. */
    #aliases = new Map();
    /** The file in the prefix that has the inode of a file in the archive. */
    #inodes = new Map();
    /** Soft links that come as a copy of what they lead to, which may stand behind them in the archive. */
    #copies = [];
    /** By the archive's file that has the content. */
    #late = new Map();
    constructor(plan, archive, context, select) {
        this.#plan = plan;
        this.#archive = archive;
        this.#context = context;
        this.#select = select;
        this.#planned = new Map(plan.files.map((planned) => [planned.file.path, planned]));
    }
    async *files() {
        for (const planned of this.#plan.files) {
            if (planned.file.type === 'directory' && this.#isWanted(planned)) {
                yield { type: 'directory', path: planned.path, mode: linking_directoryMode };
            }
        }
        for await (const entry of this.#archive.entries()) {
            if (entry.type === 'symlink')
                this.#archiveLinks.set(entry.path, entry.target);
            if (entry.type === 'hardlink')
                this.#aliases.set(entry.path, entry.target);
            const planned = this.#planned.get(entry.path);
            if (!planned)
                continue;
            this.#checkType(planned, entry);
            this.#archived.set(planned, entry.type === 'symlink' ? 'softlink' : 'file');
            if (entry.type === 'file')
                yield* this.#file(entry, planned);
            else if (entry.type === 'hardlink')
                yield* this.#hardLink(entry.target, planned);
            else
                yield* this.#softLink(entry.target, planned);
        }
        this.#checkComplete();
        for (const planned of this.#copies) {
            const { path } = planned.file;
            const end = followLinks(path, this.#archiveLinks, '/') ?? path;
            this.#postpone(this.#aliases.get(end) ?? end, { planned, shared: false });
        }
        yield* this.#lateFiles();
    }
    /** What became of the plan's files, by position; to be asked for when `files` has come to its end. */
    linked() {
        const hashes = new Map();
        for (const [{ path }, hash] of this.#hashes)
            if (!hashes.has(path))
                hashes.set(path, hash);
        return this.#plan.files.map((planned) => {
            const { file, path } = planned;
            const type = file.type ?? this.#archived.get(planned) ?? 'file';
            if (type === 'directory')
                return { type };
            const own = this.#hashes.get(planned) ?? file.sha256;
            if (own !== undefined)
                return { type, sha256InPrefix: own };
            const end = followLinks(path, this.#prefixLinks, this.#context.prefix);
            return { type, sha256InPrefix: (end !== undefined && hashes.get(end)) || sha256OfNothing };
        });
    }
    #isWanted({ path, shadowed }) {
        return !shadowed && this.#select(path);
    }
    async *#file(entry, planned) {
        const { path, file } = planned;
        const wanted = this.#isWanted(planned);
        if (file.placeholder) {
            const content = this.#relocate(await this.#whole(entry), planned, file.placeholder);
            if (wanted)
                yield fileOf(path, entry.mode, content, entry.mtime);
            return;
        }
        if (file.sha256 !== undefined)
            this.#hashes.set(planned, file.sha256); // as micromamba, which trusts it, too
        const content = file.sha256 === undefined ? this.#hashed(entry.content, planned) : entry.content;
        if (wanted) {
            if (!file.noLink)
                this.#inodes.set(entry.path, path);
            const { mode, mtime, size } = entry;
            yield { type: 'file', path, mode, mtime, size, content };
        }
        else if (file.sha256 === undefined) {
            await drain(content);
        }
    }
    *#softLink(target, planned) {
        const { path, file } = planned;
        if (file.placeholder || file.noLink) {
            this.#copies.push(planned);
            return;
        }
        this.#prefixLinks.set(path, target);
        if (this.#isWanted(planned))
            yield { type: 'symlink', path, target };
    }
    /** @param target the file in the archive that it is the same as */
    *#hardLink(target, planned) {
        const { path, file } = planned;
        if (file.placeholder || file.noLink) {
            this.#postpone(target, { planned, shared: false });
            return;
        }
        const hash = file.sha256 ?? this.#hashInArchive(target);
        if (hash !== undefined)
            this.#hashes.set(planned, hash);
        const wanted = this.#isWanted(planned);
        const inode = this.#inodes.get(target);
        if (wanted && inode !== undefined)
            yield { type: 'hardlink', path, target: inode };
        else if (wanted || hash === undefined)
            this.#postpone(target, { planned, shared: true });
    }
    #hashInArchive(path) {
        const planned = this.#planned.get(path);
        if (!planned)
            return undefined;
        return planned.file.sha256 ?? (planned.file.placeholder ? undefined : this.#hashes.get(planned));
    }
    #postpone(target, late) {
        const others = this.#late.get(target);
        if (others)
            others.push(late);
        else
            this.#late.set(target, [late]);
    }
    /** Reads the archive once more for what had to wait. */
    async *#lateFiles() {
        if (this.#late.size === 0)
            return;
        const missing = new Set(this.#late.keys());
        for await (const entry of this.#archive.entries()) {
            const late = this.#late.get(entry.path);
            if (!late || entry.type !== 'file')
                continue;
            missing.delete(entry.path);
            const content = await this.#whole(entry);
            let inode;
            for (const { planned, shared } of late) {
                const { path, file } = planned;
                let bytes = content;
                if (file.placeholder)
                    bytes = this.#relocate(Buffer.from(content), planned, file.placeholder);
                else if (!this.#hashes.has(planned))
                    this.#hashes.set(planned, file.sha256 ?? sha256(content));
                if (!this.#isWanted(planned))
                    continue;
                if (shared && inode !== undefined) {
                    yield { type: 'hardlink', path, target: inode };
                    continue;
                }
                if (shared)
                    inode = path;
                yield fileOf(path, entry.mode, bytes, entry.mtime);
            }
        }
        const [lost] = missing;
        if (lost !== undefined)
            throw this.#mismatch(`a soft link that is to be copied leads to no file ('${lost}')`);
    }
    async #whole({ path, size, content }) {
        if (size <= wholeLimit)
            return readAll(content);
        throw this.#mismatch(`'${path}' has ${size} bytes, which is too much for a file whose prefix is replaced`);
    }
    #relocate(content, planned, placeholder) {
        const { prefix } = this.#context;
        const relocated = replacePlaceholder(content, placeholder, prefix);
        if (!relocated) {
            throw new errors_UserError(`package ${this.#plan.dist}: the prefix ${prefix} is too long for '${planned.path}', which has room for ` +
                `${placeholder.prefix.length} characters`, { advice: 'Use a shorter root prefix or a shorter name of the environment.' });
        }
        this.#hashes.set(planned, sha256(relocated));
        return relocated;
    }
    async *#hashed(content, planned) {
        const hash = (0,external_node_crypto_namespaceObject.createHash)('sha256');
        for await (const chunk of content) {
            hash.update(chunk);
            yield chunk;
        }
        this.#hashes.set(planned, hash.digest('hex'));
    }
    #checkType({ file }, entry) {
        if (file.type === 'directory') {
            throw this.#mismatch(`'${file.path}' is a directory in its metadata, and a ${entry.type} in the archive`);
        }
        if (file.type === 'softlink' && entry.type !== 'symlink' && !file.placeholder && !file.noLink) {
            throw this.#mismatch(`'${file.path}' is a soft link in its metadata, and a ${entry.type} in the archive`);
        }
    }
    #checkComplete() {
        const lost = this.#plan.files.find((planned) => planned.file.type !== 'directory' && !this.#archived.has(planned));
        if (lost)
            throw this.#mismatch(`its metadata lists '${lost.file.path}', which the archive does not have`);
    }
    #mismatch(what) {
        return malformed(this.#plan.dist, what);
    }
}
/** A file whose content is in memory. */
function fileOf(path, mode, bytes, mtime) {
    return {
        type: 'file',
        path,
        mode,
        ...(mtime !== undefined && { mtime }),
        size: bytes.length,
        content: oneChunk(bytes),
    };
}

;// CONCATENATED MODULE: ./src/prefix/compiling.ts



/** How many sources are read while the first of them is compiled, so that several pythons have something to do. */
const mostAhead = 16;
/** Bytes of them. */
const mostBytesAhead = 1_000_000;
/**
 * Lays bytecode behind each source that has some. A source that is a link to another file goes without. Of the sources a few at a
 * time are in memory.
 * @param select which paths to give: bytecode is given with its source only, since it is valid for no other, and nothing checks that
 */
async function* withBytecode(entries, plan, { prefix }, select, compiler) {
    const bytecodePaths = new Map(plan.bytecode.map(({ source, path }) => [source, path]));
    const ahead = [];
    let bytesAhead = 0;
    /** Gives what is ready, in its order, until no more than so many are left. */
    async function* giveAllBut(most, mostBytes) {
        while (ahead.length > most || bytesAhead > mostBytes) {
            const [first] = ahead.splice(0, 1);
            if (!first)
                return;
            bytesAhead -= first.size;
            yield first.source;
            const bytecode = await first.bytecode;
            if (bytecode)
                yield fileOf(first.path, bytecodeMode(first.mode), bytecode);
        }
    }
    for await (const entry of entries) {
        const path = bytecodePaths.get(entry.path);
        if (entry.type !== 'file' || path === undefined || !select(path)) {
            yield* giveAllBut(0, 0);
            yield entry;
            continue;
        }
        const { mode, mtime } = entry;
        const content = await readAll(entry.content);
        const bytecode = compiler.compile(`${prefix}/${entry.path}`, content);
        bytecode.catch(() => undefined); // awaited when its turn comes, if it does
        ahead.push({
            source: fileOf(entry.path, mode, content, mtime),
            size: content.length,
            path,
            mode,
            bytecode,
        });
        bytesAhead += content.length;
        yield* giveAllBut(mostAhead, mostBytesAhead);
    }
    yield* giveAllBut(0, 0);
}

;// CONCATENATED MODULE: ./src/prefix/conda-meta.ts
/**
 * The record of a linked package, `conda-meta/<dist>.json`, as micromamba writes it: the package's index.json, where it
 * came from, its files. What micromamba takes from the machine is canonical: the cache would be `<root prefix>/pkgs`,
 * flat as conda's, and addresses are the lock's, which have no credentials.
 * @param linked what became of `plan.files`, by position
 */
function formatRecord(index, locked, facts, plan, linked, context) {
    const cached = `${context.rootPrefix}/pkgs/${plan.dist}`;
    const { track_features: trackFeatures, ...rest } = index;
    const hasTrackFeatures = Array.isArray(trackFeatures) ? trackFeatures.length > 0 : Boolean(trackFeatures);
    return formatJson({
        depends: [],
        constrains: [],
        ...rest,
        ...(hasTrackFeatures && { track_features: trackFeatures }),
        name: locked.name,
        version: locked.version,
        build: locked.build,
        build_string: locked.build,
        subdir: locked.subdir,
        channel: locked.channel,
        url: locked.url.href,
        fn: locked.fileName,
        md5: facts.md5,
        sha256: facts.sha256,
        size: facts.size,
        files: [
            ...plan.files.map(({ path }) => path),
            ...plan.bytecode.map(({ path }) => path),
            ...plan.entryPoints.map(({ path }) => path),
        ],
        paths_data: {
            paths_version: 1,
            paths: [
                ...plan.files.map(({ file, path }, position) => pathRecord(file, path, linked[position])),
                ...plan.bytecode.map(({ path }) => ({ _path: path, path_type: 'pyc_file' })),
                ...plan.entryPoints.map(({ path }) => ({ _path: path, path_type: 'unix_python_entry_point' })),
            ],
        },
        requested_spec: `${locked.name}==${locked.version}=${locked.build}`,
        extracted_package_dir: cached,
        package_tarball_full_path: `${context.rootPrefix}/pkgs/${locked.fileName}`,
        link: { source: cached, type: 1 },
    });
}
function pathRecord(file, path, linked) {
    const type = linked?.type ?? 'file';
    return {
        _path: path,
        path_type: type === 'file' ? 'hardlink' : type,
        ...(file.sha256 !== undefined && { sha256: file.sha256 }),
        ...(linked?.sha256InPrefix !== undefined && { sha256_in_prefix: linked.sha256InPrefix }),
        ...(file.noLink && { no_link: true }),
        ...(file.size !== 0 && { size_in_bytes: file.size }),
    };
}
/** JSON as micromamba's library writes it: keys sorted, four spaces, no newline at the end. */
function formatJson(value) {
    return JSON.stringify(value, sortKeys, 4);
}
function sortKeys(_key, value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
        return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

;// CONCATENATED MODULE: ./src/prefix/entry-point-script.ts

/**
 * The console script of an entry point, to the byte as micromamba writes it (libmamba 2.8, link.cpp:
 * `python_entry_point_template`).
 * @param python the absolute path of the environment's python
 */
function entryPointScript({ module, callable }, python) {
    const [imported = callable] = callable.split('.');
    return `${pythonShebang(python)}
# -*- coding: utf-8 -*-
import re
import sys

from ${module} import ${imported}

if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw?|\\.exe)?$', '', sys.argv[0])
    sys.exit(${callable}())
`;
}

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

;// CONCATENATED MODULE: ./src/prefix/plan.ts








/**
 * Plans a package's linking: `noarch: python` packages are spread over site-packages and `bin`, all others go where
 * their archive has them.
 * @throws UserError when a noarch python package has no python to be linked for, or paths are at odds
 */
function planLink(info, context) {
    const { dist, index } = info;
    const python = index.noarch === 'python' ? requirePython(context, dist) : undefined;
    const targets = info.files.map(({ path }) => (python ? noarchPath(path, python) : path));
    const entryPoints = info.entryPoints.map((entryPoint) => ({
        path: `bin/${entryPoint.command}`,
        entryPoint,
    }));
    const recordPath = `conda-meta/${dist}.json`;
    const bytecode = python ? bytecodeOf(info.files, targets, python) : [];
    const isCompiled = context.bytecode === true && python !== undefined && hasHashedBytecode(python.version);
    // What comes later takes the path from what came before it; entry points come last.
    const owner = new Map();
    targets.forEach((path, position) => owner.set(path, position));
    if (isCompiled)
        bytecode.forEach(({ path }) => owner.set(path, -1));
    entryPoints.forEach(({ path }) => owner.set(path, -1));
    const files = info.files.map((file, position) => {
        const path = targets[position] ?? file.path;
        return { file, path, shadowed: owner.get(path) !== position };
    });
    const reserved = [...owner.keys(), recordPath].find(isReserved);
    if (reserved !== undefined) {
        throw malformed(dist, `its '${reserved}' would mean in an image that a file of other packages is removed`);
    }
    // Longer than they are in the archive: by where they go, or by what they are called in the metadata.
    for (const path of [...owner.keys(), recordPath]) {
        const unusable = unusableName(path);
        if (unusable !== undefined)
            throw malformed(dist, `its path '${foreignText(path)}' ${unusable}`);
    }
    for (const { file, path } of files)
        if (file.type === 'directory')
            owner.delete(path);
    const paths = [...owner.keys()];
    const [obstructed] = findObstructed([{ paths }]);
    if (obstructed)
        throw malformed(dist, `it puts '${obstructed.path}' below its own '${obstructed.by}'`);
    return {
        dist,
        name: index.name,
        files,
        bytecode,
        isCompiled,
        entryPoints,
        recordPath,
        paths,
    };
}
function requirePython({ python, prefix }, dist) {
    if (python)
        return python;
    throw new errors_UserError(`package ${dist} is for python, and the environment at ${prefix} has none`, {
        advice: "Add 'python' to the environment's dependencies.",
    });
}
function noarchPath(path, { sitePackages }) {
    if (path.startsWith('site-packages/'))
        return `${sitePackages}/${path.slice('site-packages/'.length)}`;
    if (path.startsWith('python-scripts/'))
        return `bin/${path.slice('python-scripts/'.length)}`;
    return path;
}
function bytecodeOf(files, targets, { version }) {
    return files.flatMap(({ path }, position) => {
        if (!/^site-packages\/[^\t\n\r\f\v]+\.py$/.test(path))
            return [];
        const source = targets[position] ?? path;
        return [{ source, path: bytecodePath(source, version) }];
    });
}

;// CONCATENATED MODULE: ./src/prefix/link.ts














/** Opens a package for linking. @throws UserError when its archive cannot be read */
async function openPackage({ locked, file, ...facts }) {
    const { format, name, version, build } = locked;
    return { locked, archive: await openArchive(file, format, `${name}-${version}-${build}`), facts };
}
/** The mode of entry points: micromamba adds the execute bits to a file that `umask 022` made. */
const entryPointMode = 0o775;
const recordMode = 0o644;
/**
 * Links a package: gives what a `micromamba create` puts in the prefix for it. First its empty directories, then the
 * files in the archive's order, then those that need a second look at the archive, then entry points, and at last the
 * package's conda-meta record. What is in the archive but not in the package's metadata is not linked. Bytecode stands behind
 * its source. An entry point that nobody can read has no script.
 * @param select which paths (relative to the prefix) to give; the record is the same whatever is left out, and a hard
 * link to something left out becomes a file
 * @param compiler for the sources of noarch packages; without it they come without bytecode
 * @throws UserError when the archive is damaged or is not what its metadata says
 */
async function* linkPackage(source, context, select = () => true, compiler) {
    const { locked, archive, facts } = source;
    const { index } = archive.info;
    const dist = `${locked.name}-${locked.version}-${locked.build}`;
    const plan = planLink(archive.info, context);
    if (plan.dist !== dist) {
        throw new errors_UserError(`the archive of ${dist} says that it is ${plan.dist}`, {
            at: { url: locked.url.href },
            advice: 'Update the lockfile.',
        });
    }
    refuseHiddenNoarch(source);
    const linking = new Linking(plan, archive, context, select);
    yield* plan.isCompiled && compiler
        ? withBytecode(linking.files(), plan, context, select, compiler)
        : linking.files();
    const python = `${context.prefix}/${context.python?.executable ?? ''}`;
    for (const { path, entryPoint } of plan.entryPoints) {
        if (select(path))
            yield fileOf(path, entryPointMode, Buffer.from(entryPointScript(entryPoint, python)));
    }
    if (select(plan.recordPath)) {
        const record = formatRecord(index.json, locked, facts, plan, linking.linked(), context);
        yield fileOf(plan.recordPath, recordMode, Buffer.from(record));
    }
}
/**
 * What a noarch package becomes depends on the environment's python, and whoever decides by a package's address whether that matters
 * would be wrong about this one.
 */
function refuseHiddenNoarch({ locked, archive }) {
    if (archive.info.index.noarch !== 'python' || locked.subdir === 'noarch')
        return;
    throw new errors_UserError(`${archive.info.dist} is a noarch package of python, and lies in ${locked.subdir}`, {
        at: { url: locked.url.href },
        advice: 'Have it moved to noarch in its channel, or choose another build.',
    });
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
const words = /licen[cs]e|copying|copyright|notice/i;
const directory = /(?:^|\/)licen[cs]es?\/[^]/i;
const file = /(?:^|\/)(?:(?:third[-_ ]?party[-_ ]?)?(?:licen[cs]es?|notices?)|unlicen[cs]e|copying\d*|copyrights?)(?:[-_. ][^/]*)?$/i;
/** A module that is called so is none. */
const code = /\.(?:py[cix]?|pxd|so|c|cc|cpp|h|hpp|js|mjs|ts|r|rb|pl|pm|mo|a)$/i;
/** Whether a file is one of licences, by its own name or that of a directory above. */
function isLicence(path) {
    return words.test(path) && (directory.test(path) || file.test(path)) && !code.test(path);
}
/** Whether the text of a pattern names licences. */
function namesLicences(pattern) {
    return words.test(pattern);
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

;// CONCATENATED MODULE: ./src/packages/wheel/refusal.ts


/**
 * The error for a wheel that cannot be installed.
 * @param wheel its file name
 * @param what a sentence without its full stop
 */
function refusal_refusal(wheel, what, cause) {
    return new errors_UserError(`the wheel ${wheel} cannot be installed: ${foreignText(what)}`, {
        advice: 'Only its maintainers can mend it. Choose another version of it.',
        cause,
    });
}

;// CONCATENATED MODULE: ./src/prefix/wheel/direct-url.ts
/** The text of a direct_url.json (PEP 610), as pip writes it: on one line, without credentials. */
function formatDirectUrl(direct) {
    const { url, subdirectory } = direct;
    const common = { url: direct_url_withoutCredentials(url), ...(subdirectory !== undefined && { subdirectory }) };
    if ('archive' in direct)
        return pythonJson({ ...common, archive_info: direct.archive });
    if ('vcs' in direct) {
        const { vcs, commitId, requestedRevision } = direct.vcs;
        return pythonJson({
            ...common,
            vcs_info: {
                commit_id: commitId,
                ...(requestedRevision !== undefined && { requested_revision: requestedRevision }),
                vcs,
            },
        });
    }
    return pythonJson({ ...common, dir_info: direct.directory.editable ? { editable: true } : {} });
}
/** User and password of an address; `git@` and variables, `${USER}`, are none. */
function direct_url_withoutCredentials(url) {
    return url.replace(/^([^/?#]*\/\/)([^/?#@]*)@/, (whole, scheme, user) => user === 'git' || /^\$\{[\w-]+\}(?::\$\{[\w-]+\})?$/.test(user) ? whole : scheme);
}
/** JSON as python's `json.dumps(value, sort_keys=True)` writes it: in ASCII, with spaces. */
function pythonJson(value) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        const pairs = Object.entries(value)
            .filter(([, item]) => item !== undefined)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, item]) => `${pythonJson(key)}: ${pythonJson(item)}`);
        return `{${pairs.join(', ')}}`;
    }
    return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

;// CONCATENATED MODULE: ./src/prefix/wheel/tags.ts
/**
 * Whether a wheel is for a python, by the tags at the end of its file name (PEP 425; packaging/tags.py): built for this version, for the
 * stable ABI of this one or an older one, or without compiled code.
 */
function fitsPython(fileName, { version, executable }) {
    const [, pythons = '', abis = ''] = /-([^-]+)-([^-]+)-[^-]+\.whl$/i.exec(fileName.toLowerCase()) ?? [];
    const isThreaded = executable.endsWith('t');
    const [major = '', minor = ''] = version.split('.');
    const isOlder = (tag) => {
        const [, tagMajor, tagMinor = '0'] = /^[a-z]+(\d)(\d*)$/.exec(tag) ?? [];
        return tagMajor === major && Number(tagMinor || '0') <= Number(minor);
    };
    const own = `cp${major}${minor}`;
    const ownAbi = new RegExp(isThreaded ? `^${own}t$` : `^${own}[dmu]*$`);
    const stableAbi = isThreaded ? 'abi3t' : 'abi3';
    return pythons.split('.').some((python) => abis.split('.').some((abi) => {
        if (python === own && (ownAbi.test(abi) || abi === 'none'))
            return true;
        if (python.startsWith('cp') && abi === stableAbi)
            return isOlder(python);
        return python.startsWith('py') && abi === 'none' && isOlder(python);
    }));
}

;// CONCATENATED MODULE: ./src/prefix/wheel/scripts.ts


function pipVersion(version) {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return { major, minor };
}
/** The oldest pips that write scripts as they do. */
const dialects = (/* unused pure expression or super */ null && (['26.0', '25.2', '24.0']));
/** The oldest pip that installs as a pip does: releases of pip are many, and what they leave differs rarely. */
function pipDialect(version) {
    const { major, minor } = pipVersion(version);
    const found = dialects.find((dialect) => {
        const oldest = pipVersion(dialect);
        return major > oldest.major || (major === oldest.major && minor >= oldest.minor);
    });
    return found ?? '23.0';
}
/**
 * The scripts that pip makes of a wheel's entry points, in pip's order: those of the console, then those with a GUI; a name that is in both
 * comes twice. `pip` and `easy_install` come with names for python's version, in the place of what other version they were built for
 * (pip, operations/install/wheel.py: `get_console_script_specs`).
 * @throws UserError for an entry point of which pip makes no script either
 */
function wrapperScripts({ console, gui }, { version }, pip, wheel) {
    const others = new Map(console);
    const specs = [];
    const takeOver = (name, names, versioned) => {
        const value = others.get(name);
        others.delete(name);
        if (!value)
            return;
        specs.push(...names.map((one) => [one, value]));
        for (const other of [...others.keys()])
            if (versioned.test(other))
                others.delete(other);
    };
    const [major = '', minor] = version.split('.');
    const oldPython = Number(minor) < 11;
    takeOver('pip', ['pip', `pip${major}`, `pip${version}`], /^pip(\d+(\.\d+)?)?$/);
    takeOver('easy_install', ['easy_install', `easy_install-${version}`], /^easy_install(-\d+\.\d+)?$/);
    return [...specs, ...others, ...gui].map(([name, value]) => parseSpecification(`${name} = ${oldPython ? scripts_withoutSpaces(value) : value}`, pip, wheel));
}
/** On pythons before 3.11, pip reads entry points by pkg_resources, which gives `module : callable` back without the spaces. */
function scripts_withoutSpaces(value) {
    return value.replace(/^([^\s:]+)\s*:\s*/, '$1:');
}
/** Python's `\w`. */
const w = String.raw `[\p{L}\p{N}_]`;
const called = String.raw `(?<callable>${w}+(?:[:.]${w}+)*)`;
const flags = String.raw `(?<flags>\[\s*(?:${w}|-)+(?:=${w}+)?(?:,\s*${w}+(?:=${w}+)?)*\s*\])?`;
const specification = new RegExp(String.raw `(?<name>[^\[]\S*)\s*=\s*${called}\s*${flags}`, 'u');
/** Before distlib 0.3.7, which came with pip 24. */
const oldSpecification = new RegExp(String.raw `(?<name>(?:${w}|[\-.+])+)\s*=\s*${called}\s*${flags}`, 'u');
/** Reads `name = module:callable [extras]` where it finds that in the text, as distlib does (util.py: `get_export_entry`). */
function parseSpecification(text, pip, wheel) {
    const pattern = pipVersion(pip).major < 24 ? oldSpecification : specification;
    const { name, callable: path, flags: extras } = pattern.exec(text)?.groups ?? {};
    const [module, callable, ...more] = path?.split(':') ?? [];
    if (name === undefined ||
        !module ||
        !callable ||
        more.length > 0 ||
        (extras === undefined && /[[\]]/.test(text))) {
        throw refusal_refusal(wheel, `no script can be made of its entry point '${text}', which is no 'name = module:callable'`);
    }
    const clean = external_node_path_namespaceObject.posix.normalize(name).replace(/\/$/, '');
    if (clean.startsWith('/') || clean === '.' || clean.split('/').includes('..')) {
        throw refusal_refusal(wheel, `its entry point '${text}' would make a script outside of bin/`);
    }
    return { name: clean, module, callable };
}
/** The text of a script, in the words of the pip that locked. */
function wrapperText({ module, callable }, prefix, pip) {
    const [imported = callable] = callable.split('.');
    const { major, minor } = pipVersion(pip);
    const shebang = wrapperShebang(pythonPath(prefix));
    if (major < 25 || (major === 25 && minor < 2)) {
        return `${shebang}
# -*- coding: utf-8 -*-
import re
import sys
from ${module} import ${imported}
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(${callable}())
`;
    }
    const withoutExe = major < 26
        ? `if sys.argv[0].endswith('.exe'):\n        sys.argv[0] = sys.argv[0][:-4]`
        : `sys.argv[0] = sys.argv[0].removesuffix('.exe')`;
    return `${shebang}
import sys
from ${module} import ${imported}
if __name__ == '__main__':
    ${withoutExe}
    sys.exit(${callable}())
`;
}
/** Bytes of a first line, `#!` and newline included, that distlib takes to be safe. */
const scripts_longestShebang = 127;
/** As distlib builds it (scripts.py: `_build_shebang`): by a shell, if it is too long or has a space. */
function wrapperShebang(python) {
    const hasSpace = python.includes(' ');
    if (!hasSpace && Buffer.byteLength(python) + 3 <= scripts_longestShebang)
        return `#!${python}`;
    return `#!/bin/sh\n'''exec' ${hasSpace ? `"${python}"` : python} "$0" "$@"\n' '''`;
}
/** The interpreter as pip knows it, which micromamba starts as `<prefix>/bin/python -m pip`. */
function pythonPath(prefix) {
    return `${prefix}/bin/python`;
}
const placeholder = Buffer.from('#!python');
/** Whether pip would write the script's first line anew, by its first eight bytes. */
function hasPlaceholder(start) {
    return placeholder.equals(start.subarray(0, placeholder.length));
}
/** How many bytes `hasPlaceholder` needs. */
const placeholderLength = placeholder.length;
/** A script with the environment's python in its first line, however long that is and whatever arguments were in it (pip: `fix_script`). */
function fixScript(content, prefix) {
    const newline = content.indexOf(0x0a);
    const rest = newline < 0 ? Buffer.alloc(0) : content.subarray(newline + 1);
    return Buffer.concat([Buffer.from(`#!${pythonPath(prefix)}\n`), rest]);
}
/**
 * Whether a script is one that setuptools made for an entry point: pip leaves it out, for one of its own (pip:
 * `is_entrypoint_wrapper`).
 * @param path in the wheel
 */
function isOldWrapper(path, { console, gui }) {
    const name = external_node_path_namespaceObject.posix.basename(path);
    const suffix = /(?:\.exe|-script\.py|\.pya)$/i.exec(name)?.[0] ?? '';
    const command = name.slice(0, name.length - suffix.length);
    return console.has(command) || gui.has(command);
}

;// CONCATENATED MODULE: ./src/prefix/wheel/plan.ts












const fileMode = 0o644;
const executableMode = 0o755;
/**
 * Plans a wheel's linking as pip installs it (operations/install/wheel.py: `_install_wheel`), with a umask of 022.
 * @throws UserError when the environment has no python, the wheel is another one than the lock says or for another python, or its
 * paths are at odds
 */
function planWheel({ locked, archive }, context) {
    const { info } = archive;
    const { wheel, distInfo, entryPoints } = info;
    const python = plan_requirePython(context, wheel);
    const name = canonicalName(locked.name);
    if (canonicalName(info.name) !== name || !canonicalName(distInfo).startsWith(name)) {
        throw new errors_UserError(`the wheel of ${locked.name} says that it is ${info.name}, in ${distInfo}`, {
            at: locked.at ?? { url: locked.url.href },
            advice: 'Update the lockfile.',
        });
    }
    if (!fitsPython(locked.fileName, python)) {
        throw new errors_UserError(`the wheel ${locked.fileName} is not for python ${python.version}`, {
            at: locked.at ?? { url: locked.url.href },
            advice: 'Update the lockfile: pip chooses wheels for the python of the environment.',
        });
    }
    const directories = schemes(python, locked.name);
    const targets = info.files
        .filter(({ scheme, path }) => scheme !== 'scripts' || !isOldWrapper(path, entryPoints))
        .map((file) => ({ file, path: `${directories[file.scheme]}${file.path}` }));
    const metadata = `${python.sitePackages}/${distInfo}`;
    const generated = [
        ...wrapperScripts(entryPoints, python, context.pip, wheel).map((script) => generatedFile(`bin/${script.name}`, wrapperText(script, context.prefix, context.pip), executableMode)),
        generatedFile(`${metadata}/INSTALLER`, 'pip\n'),
        ...(locked.directUrl
            ? [generatedFile(`${metadata}/direct_url.json`, formatDirectUrl(locked.directUrl))]
            : []),
        ...(locked.requested ? [generatedFile(`${metadata}/REQUESTED`, '')] : []),
    ];
    const recordPath = `${metadata}/RECORD`;
    // What is written later takes the path: pip writes the scripts after all other files, then what it generates.
    const owner = new Map();
    for (const { file, path } of targets)
        if (file.scheme === 'root')
            owner.set(path, file);
    for (const { file, path } of targets) {
        if (file.scheme !== 'root' && file.scheme !== 'scripts')
            owner.set(path, file);
    }
    for (const { file, path } of targets)
        if (file.scheme === 'scripts')
            owner.set(path, file);
    const made = [...generated.map(({ path }) => path), recordPath];
    for (const path of made)
        owner.set(path, undefined);
    const bytecode = [...owner]
        .filter(([path, file]) => file !== undefined && path.endsWith('.py'))
        .map(([source]) => ({ source, path: bytecodePath(source, python.version) }));
    const isCompiled = context.bytecode === true && hasHashedBytecode(python.version);
    if (isCompiled)
        for (const { path } of bytecode)
            owner.set(path, undefined);
    const paths = [...owner.keys()];
    checkPaths(paths, wheel);
    return {
        dist: wheel,
        name,
        files: targets.map(({ file, path }) => ({ file, path, shadowed: owner.get(path) !== file })),
        bytecode,
        isCompiled,
        generated,
        recordPath,
        sitePackages: python.sitePackages,
        paths,
    };
}
/** Where sysconfig's scheme `posix_prefix` has each kind of file, to be put in front of a path. */
function schemes({ sitePackages, executable, version }, headers) {
    const library = `${sitePackages}/`;
    const abiFlags = /^3\.[2-7]$/.test(version) ? 'm' : '';
    return {
        root: library,
        purelib: library,
        platlib: library,
        headers: `include/${external_node_path_namespaceObject.posix.basename(executable)}${abiFlags}/${headers}/`,
        scripts: 'bin/',
        data: '',
    };
}
function generatedFile(path, text, mode = fileMode) {
    return { path, mode, bytes: Buffer.from(text) };
}
function checkPaths(paths, wheel) {
    const reserved = paths.find(isReserved);
    if (reserved !== undefined) {
        throw refusal_refusal(wheel, `its '${reserved}' would mean in an image that a file of other packages is removed`);
    }
    for (const path of paths) {
        const unusable = unusableName(path);
        if (unusable !== undefined)
            throw refusal_refusal(wheel, `its path '${path}' ${unusable}`);
    }
    const [obstructed] = findObstructed([{ paths }]);
    if (obstructed)
        throw refusal_refusal(wheel, `it puts '${obstructed.path}' below its own '${obstructed.by}'`);
}
function plan_requirePython({ python, prefix }, wheel) {
    if (python)
        return python;
    throw new errors_UserError(`the wheel ${wheel} is for python, and the environment at ${prefix} has none`, {
        advice: "Add 'python' to the environment's dependencies.",
    });
}

;// CONCATENATED MODULE: ./src/packages/wheel/csv.ts
/** What ends a line for python's `str.splitlines`, by which pip takes a RECORD apart. */
// eslint-disable-next-line no-control-regex -- these are what it is about
const lineEnd = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
/** The lines of a text as python's `str.splitlines` gives them. */
function splitLines(text) {
    const lines = text.split(lineEnd);
    if (lines.at(-1) === '')
        lines.pop();
    return lines;
}
/**
 * Reads CSV as python's `csv.reader` does when it is given lines without their ends: a quote inside a field stands for
 * itself, a quoted field goes on in the next line.
 * @returns the fields of each row; an empty line is a row of none
 */
function parseCsv(text) {
    const rows = [];
    let row = [];
    let field = '';
    let state = 'start';
    for (const line of splitLines(text)) {
        for (const character of line) {
            if (state === 'quoted') {
                if (character === '"')
                    state = 'quote';
                else
                    field += character;
            }
            else if (character === ',') {
                row.push(field);
                field = '';
                state = 'start';
            }
            else if (character === '"' && state !== 'plain') {
                if (state === 'quote')
                    field += character;
                state = 'quoted';
            }
            else {
                field += character;
                state = 'plain';
            }
        }
        if (state === 'quoted')
            continue;
        if (line !== '')
            row.push(field);
        rows.push(row);
        row = [];
        field = '';
        state = 'start';
    }
    if (state === 'quoted')
        rows.push([...row, field]);
    return rows;
}
/** A row as python's `csv.writer` writes it: quotes only where they must be, CR and LF behind it. */
function formatCsvRow(fields) {
    return `${fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')}\r\n`;
}

;// CONCATENATED MODULE: ./src/packages/wheel/entry-points.ts


/** Characters of a line: more than any name and what it calls have. */
const entry_points_longest = 4096;
/**
 * Reads an entry_points.txt as importlib.metadata does, and with it pip: names keep their case, `#` begins a comment and `;` none, of
 * one name the last counts.
 * @param wheel for errors
 * @throws UserError for a line in a section that is no `name = value`
 */
function parseEntryPoints(text, wheel) {
    const console = new Map();
    const gui = new Map();
    let section;
    for (const line of splitLines(text).map((whole) => whole.trim())) {
        if (line === '' || line.startsWith('#'))
            continue;
        if (line.startsWith('[') && line.endsWith(']')) {
            section = line.replace(/^[[\]]+|[[\]]+$/g, '');
            continue;
        }
        if (section === undefined)
            continue;
        const equals = line.indexOf('=');
        if (equals < 0 || line.length > entry_points_longest) {
            throw refusal_refusal(wheel, `its entry_points.txt has the line ${JSON.stringify(line)}`);
        }
        const scripts = section === 'console_scripts' ? console : section === 'gui_scripts' ? gui : undefined;
        scripts?.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
    }
    return { console, gui };
}

;// CONCATENATED MODULE: ./src/packages/wheel/headers.ts

/**
 * The headers of a METADATA or WHEEL file (core metadata, written as those of an e-mail), as far as the first empty line.
 * @returns the first value of each, by its name in lower case; a value that is continued is put on one line
 */
function parseHeaders(text) {
    const headers = new Map();
    let name;
    for (const line of splitLines(text)) {
        if (line === '')
            break;
        if (/^[ \t]/.test(line)) {
            if (name !== undefined)
                headers.set(name, `${headers.get(name) ?? ''} ${line.trim()}`);
            continue;
        }
        const colon = line.indexOf(':');
        const key = line.slice(0, Math.max(colon, 0)).toLowerCase();
        name = headers.has(key) ? undefined : key;
        if (name !== undefined)
            headers.set(name, line.slice(colon + 1).trim());
    }
    return headers;
}

;// CONCATENATED MODULE: ./src/packages/wheel/record.ts




/**
 * Reads the RECORD of a wheel (PEP 376).
 * @param wheel for errors
 * @throws UserError for a row without a path, or with one that leaves the prefix
 */
function parseRecord(text, wheel) {
    return parseCsv(text).map(([path, ...rest]) => {
        if (path === undefined)
            throw refusal_refusal(wheel, 'its RECORD has an empty line');
        safePath(path, wheel, 'its RECORD');
        return [path, ...rest];
    });
}
const known = new Set((0,external_node_crypto_namespaceObject.getHashes)());
/**
 * Holds the files of a wheel against its RECORD: each has a row but RECORD itself and its signatures, with its size. A row for which there is
 * no file is let pass, as pip lets it.
 * @param recordName the RECORD's own
 * @returns the hashes that the rows have, by the file's name
 * @throws UserError when they do not fit
 */
function checkRecord(rows, files, recordName, wheel) {
    const exempt = ['', '.jws', '.p7s'].map((suffix) => recordName + suffix);
    const sizes = new Map(files.map(({ name, size }) => [name, size]));
    for (const name of exempt)
        sizes.delete(name);
    const unlisted = new Set(sizes.keys());
    const hashes = new Map();
    for (const [name, hash = '', recorded = ''] of rows) {
        const size = sizes.get(name);
        if (size === undefined)
            continue;
        unlisted.delete(name);
        if (recorded !== '' && recorded !== String(size)) {
            throw refusal_refusal(wheel, `its RECORD says that '${name}' has ${recorded} bytes, and it has ${size}`);
        }
        if (hash !== '')
            hashes.set(name, parseHash(hash, name, wheel));
    }
    const [missing] = unlisted;
    if (missing !== undefined)
        throw refusal_refusal(wheel, `its RECORD does not list '${missing}'`);
    return hashes;
}
function parseHash(text, name, wheel) {
    const [algorithm = '', value = ''] = text.split(/=(.*)/s);
    if (!known.has(algorithm))
        throw refusal_refusal(wheel, `its RECORD has the hash '${text}' of '${name}'`);
    return { algorithm, value: value.replace(/=+$/, '') };
}
/**
 * Gives content on while it is held against its hash.
 * @throws UserError at its end, when it is not what the RECORD says
 */
async function* verified(content, recorded, name, wheel) {
    const hash = recorded && (0,external_node_crypto_namespaceObject.createHash)(recorded.algorithm);
    for await (const chunk of content) {
        hash?.update(chunk);
        yield chunk;
    }
    if (hash && hash.digest('base64url') !== recorded?.value) {
        throw refusal_refusal(wheel, `the hash of '${name}' is not what its RECORD says`);
    }
}

;// CONCATENATED MODULE: external "node:buffer"
const external_node_buffer_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:buffer");
;// CONCATENATED MODULE: ./src/packages/wheel/zip.ts







/** More than any wheel has; each takes memory while a wheel is looked at. */
const zip_mostEntries = 1_000_000;
/**
 * Reads the members of a zip in their order. Nothing is held of what has gone by.
 * @param wheel for errors
 * @throws UserError when it is no zip, is damaged, encrypted, packed in a way that wheels are not, or says of a member one thing here and
 * another there
 */
async function* zipEntries(file, wheel) {
    const reader = await WindowedFile.open(file);
    try {
        // Strict: with others, a backslash becomes a slash, which for pip it is not.
        const zip = await (0,yauzl/* fromRandomAccessReaderPromise */.or)(reader, reader.size, {
            autoClose: false,
            strictFileNames: true,
        });
        if (zip.entryCount > zip_mostEntries)
            throw refusal_refusal(wheel, `it has ${zip.entryCount} entries`);
        const opened = { file, wheel, zip, reader };
        for await (const entry of zip.eachEntry())
            yield describe(opened, entry);
    }
    catch (error) {
        throw zip_damage(error, wheel);
    }
    finally {
        await reader.end();
    }
}
/** Bits of an entry's flags: sizes and CRC stand behind the content; the name is UTF-8. */
const sizesBehind = 0x8;
const utf8Name = 0x800;
function describe(opened, entry) {
    const { wheel } = opened;
    const { fileName: name, uncompressedSize: size, compressionMethod, generalPurposeBitFlag } = entry;
    if (entry.isEncrypted())
        throw refusal_refusal(wheel, `'${name}' is encrypted`);
    if (compressionMethod !== 0 && compressionMethod !== 8) {
        throw refusal_refusal(wheel, `'${name}' is packed by method ${compressionMethod}; stored or deflated is what wheels are`);
    }
    if (generalPurposeBitFlag & utf8Name && !(0,external_node_buffer_namespaceObject.isUtf8)(entry.fileNameRaw)) {
        throw refusal_refusal(wheel, `the name '${name}' is not UTF-8`);
    }
    const start = entry.relativeOffsetOfLocalHeader;
    return {
        name,
        size,
        mode: entry.externalFileAttributes >>> 16,
        range: [start, start + 30 + entry.fileNameLength + entry.compressedSize],
        content: () => zip_contentOf(opened, entry),
    };
}
async function* zip_contentOf(opened, entry) {
    const { wheel } = opened;
    const { fileName: name, uncompressedSize: expected } = entry;
    try {
        const start = await checkLocalHeader(opened, entry);
        let crc = 0;
        let size = 0;
        for await (const chunk of unpacked(opened, entry, start)) {
            crc = (0,external_node_zlib_namespaceObject.crc32)(chunk, crc);
            size += chunk.length;
            if (size > expected)
                break;
            yield chunk;
        }
        if (size !== expected)
            throw refusal_refusal(wheel, `'${name}' has not the size that the zip says`);
        if (crc !== entry.crc32)
            throw refusal_refusal(wheel, `the CRC of '${name}' is not what the zip says`);
    }
    catch (error) {
        throw zip_damage(error, wheel);
    }
}
/** What is no larger, packed and unpacked, is unpacked in one go: streams cost more than that. */
const smallSize = 512 * 1024;
/** @param start where the packed bytes begin */
async function* unpacked({ file, reader }, { compressedSize, uncompressedSize, compressionMethod }, start) {
    const isDeflated = compressionMethod === 8;
    if (compressedSize <= smallSize && uncompressedSize <= smallSize) {
        const bytes = await reader.bytes(start, compressedSize);
        // One byte more than is to come, so that it comes in one piece.
        const chunkSize = Math.max(64, uncompressedSize + 1);
        if (bytes.length > 0) {
            yield isDeflated ? (0,external_node_zlib_namespaceObject.inflateRawSync)(bytes, { chunkSize, maxOutputLength: smallSize }) : bytes;
        }
        return;
    }
    const packed = readRange({ file, start, size: compressedSize });
    try {
        if (!isDeflated) {
            yield* packed;
            return;
        }
        const inflate = (0,external_node_zlib_namespaceObject.createInflateRaw)({ chunkSize: smallSize });
        packed.on('error', (error) => inflate.destroy(error));
        yield* packed.pipe(inflate);
    }
    finally {
        packed.destroy();
    }
}
/**
 * What stands before the content has to agree with the central directory: some tools go by the one, others by the other, and see two
 * different wheels.
 * @returns where the content begins
 */
async function checkLocalHeader({ zip, wheel }, entry) {
    const local = await zip.readLocalFileHeaderPromise(entry);
    const disagreeing = (what) => refusal_refusal(wheel, `the zip has two ${what} of '${entry.fileName}'`);
    if (!local.fileName.equals(entry.fileNameRaw))
        throw disagreeing('names');
    if (local.compressionMethod !== entry.compressionMethod)
        throw disagreeing('compression methods');
    if (local.generalPurposeBitFlag & sizesBehind)
        return local.fileDataStart;
    if (local.crc32 !== entry.crc32)
        throw disagreeing('CRCs');
    const agrees = (here, there) => here === there || here === 0xffffffff; // zip64: in an extra field
    if (!agrees(local.compressedSize, entry.compressedSize))
        throw disagreeing('sizes');
    if (!agrees(local.uncompressedSize, entry.uncompressedSize))
        throw disagreeing('sizes');
    return local.fileDataStart;
}
/** What a library says of damaged bytes, as an error of the wheel. */
function zip_damage(error, wheel) {
    if (error instanceof errors_UserError)
        return error;
    return refusal_refusal(wheel, `the zip is damaged: ${messageOf(error)}`, error);
}

;// CONCATENATED MODULE: ./src/packages/wheel/archive.ts








/** Where a file of a wheel goes: the keys of sysconfig's schemes, and `root`, which is site-packages. */
const dataKeys = ['purelib', 'platlib', 'headers', 'scripts', 'data'];
/** Metadata larger than this is refused. The RECORD of ten thousand files has about a megabyte. */
const textLimit = 64 * 1024 * 1024;
const metadataFiles = ['WHEEL', 'METADATA', 'RECORD', 'entry_points.txt'];
/** PEP 508. */
const projectName = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i;
/**
 * Opens a wheel (PEP 427) and reads its metadata.
 * @param wheel how to call it in errors
 * @throws UserError that names the wheel and what is wrong with it: a zip that says two things of one file, a path that leaves the
 * prefix, a RECORD that does not fit, metadata that is missing or not known
 */
async function openWheel(file, wheel = (0,external_node_path_namespaceObject.basename)(file)) {
    const { files, texts, distInfo } = await readDirectory(file, wheel);
    const required = (name) => {
        const text = texts.get(`${distInfo}/${name}`);
        if (text === undefined)
            throw refusal_refusal(wheel, `it has no '${distInfo}/${name}'`);
        return text;
    };
    checkWheelVersion(parseHeaders(required('WHEEL')).get('wheel-version'), wheel);
    const metadata = parseHeaders(required('METADATA'));
    const name = metadata.get('name');
    const version = metadata.get('version');
    if (!name || !version)
        throw refusal_refusal(wheel, 'its METADATA has no Name or no Version');
    if (!projectName.test(name))
        throw refusal_refusal(wheel, `its METADATA has the Name '${name}'`);
    const record = parseRecord(required('RECORD'), wheel);
    const hashes = checkRecord(record, files, `${distInfo}/RECORD`, wheel);
    const entryPoints = parseEntryPoints(texts.get(`${distInfo}/entry_points.txt`) ?? '', wheel);
    return {
        info: { wheel, name, version, distInfo, files, record, entryPoints },
        entries: () => entriesOf(file, files, hashes, wheel),
    };
}
async function* entriesOf(file, files, hashes, wheel) {
    const byName = new Map(files.map((one) => [one.name, one]));
    for await (const entry of zipEntries(file, wheel)) {
        const { name } = entry;
        const found = byName.get(name);
        if (found)
            yield { file: found, content: verified(entry.content(), hashes.get(name), name, wheel) };
    }
}
async function readDirectory(file, wheel) {
    const files = [];
    const texts = new Map();
    const distInfos = new Set();
    const ranges = [];
    for await (const entry of zipEntries(file, wheel)) {
        const { name } = entry;
        const isDirectory = name.endsWith('/');
        const path = isDirectory ? name.slice(0, -1) : name;
        if (safePath(path, wheel, 'the archive') !== path)
            throw refusal_refusal(wheel, `it has the path '${name}'`);
        const [top = ''] = path.split('/', 1);
        if (top.endsWith('.dist-info'))
            distInfos.add(top);
        ranges.push(entry.range);
        if (isDirectory)
            continue;
        files.push(archive_describe(entry, wheel));
        if (metadataFiles.some((one) => path === `${top}/${one}`) && distInfos.has(top)) {
            texts.set(path, await readText(entry, wheel));
        }
    }
    checkNames(files, wheel);
    checkRanges(ranges, wheel);
    const [distInfo, another] = distInfos;
    if (distInfo === undefined)
        throw refusal_refusal(wheel, 'it has no .dist-info directory');
    if (another !== undefined)
        throw refusal_refusal(wheel, `it has both '${distInfo}' and '${another}'`);
    return { files, texts, distInfo };
}
const typeMask = 0o170000;
const regularFile = 0o100000;
function archive_describe({ name, mode, size }, wheel) {
    const isExecutable = (mode & typeMask) === regularFile && (mode & 0o111) !== 0;
    const [top = '', key = '', ...rest] = name.split('/');
    if (!top.endsWith('.data'))
        return { name, scheme: 'root', path: name, isExecutable, size };
    const scheme = dataKeys.find((one) => one === key);
    if (!scheme || rest.length === 0) {
        throw refusal_refusal(wheel, `'${name}' is in none of the directories that ${top} may have: ${dataKeys.join(', ')}`);
    }
    return { name, scheme, path: rest.join('/'), isExecutable, size };
}
async function readText(entry, wheel) {
    if (entry.size > textLimit)
        throw refusal_refusal(wheel, `'${entry.name}' has ${entry.size} bytes`);
    const chunks = [];
    for await (const chunk of entry.content())
        chunks.push(chunk);
    try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
    }
    catch (cause) {
        throw refusal_refusal(wheel, `'${entry.name}' is not UTF-8`, cause);
    }
}
/** No path may come twice, or be a file and a directory. */
function checkNames(files, wheel) {
    const names = new Set();
    for (const { name } of files) {
        if (names.has(name))
            throw refusal_refusal(wheel, `it has '${name}' twice`);
        names.add(name);
    }
    for (const { name } of files) {
        for (const parent of parentsOf(name)) {
            if (names.has(parent))
                throw refusal_refusal(wheel, `it has '${parent}' as a file and as a directory`);
        }
    }
}
/** Members that share bytes are how a small zip is made to hold petabytes. */
function checkRanges(ranges, wheel) {
    ranges.sort(([a], [b]) => a - b);
    let before = 0;
    for (const [start, end] of ranges) {
        if (start < before)
            throw refusal_refusal(wheel, 'members of its zip overlap');
        before = end;
    }
}
function checkWheelVersion(version, wheel) {
    if (version === undefined || !/^\d+(\.\d+)*$/.test(version)) {
        throw refusal_refusal(wheel, `its WHEEL has ${version === undefined ? 'no Wheel-Version' : `the Wheel-Version '${version}'`}`);
    }
    if (Number.parseInt(version, 10) > 1) {
        throw refusal_refusal(wheel, `its format is of version ${version}, and only 1 is known`);
    }
}

;// CONCATENATED MODULE: ./src/prefix/wheel/record.ts



function recordedContent(bytes) {
    return [`sha256=${(0,external_node_crypto_namespaceObject.createHash)('sha256').update(bytes).digest('base64url')}`, String(bytes.length)];
}
/**
 * The RECORD of an installed wheel, as pip writes it (operations/install/wheel.py: `get_csv_rows_for_installed`). The wheel's rows stay, with the
 * paths that became of theirs; rows of files that were left out stay as they are. What the wheel's RECORD does not list, and
 * bytecode, has no hash.
 * @param directory that paths are relative to: site-packages
 */
function formatInstalledRecord({ rows, places, changed, generated, bytecode }, directory) {
    const relative = (path) => external_node_path_namespaceObject.posix.relative(`/${directory}`, `/${path}`);
    const final = new Map([
        ...changed,
        ...generated.map(({ path, bytes }) => [path, recordedContent(bytes)]),
    ]);
    const unlisted = new Map(places);
    const installed = rows.map(([name, hash = '', size = '']) => {
        const path = unlisted.get(name);
        unlisted.delete(name);
        if (path === undefined)
            return [name, hash, size];
        const content = changed.has(path) ? final.get(path) : undefined;
        return [relative(path), ...(content ?? [hash, size])];
    });
    for (const { path } of generated)
        installed.push([relative(path), ...(final.get(path) ?? [])]);
    for (const path of [...unlisted.values(), ...bytecode])
        installed.push([relative(path), '', '']);
    return installed.sort(compareRows).map(formatCsvRow).join('');
}
/** As python sorts tuples of strings: by code points, which UTF-8 keeps the order of. */
function compareRows(one, other) {
    for (const [position, field] of one.entries()) {
        const order = compareStrings(field, other[position] ?? '');
        if (order !== 0)
            return order;
    }
    return 0;
}
function compareStrings(one, other) {
    return one === other ? 0 : Buffer.compare(Buffer.from(one), Buffer.from(other));
}

;// CONCATENATED MODULE: ./src/prefix/wheel/link.ts










/**
 * Opens a wheel for linking.
 * @param file the wheel on this machine, verified
 * @throws UserError when it cannot be read, or is not what it says
 */
async function openLockedWheel(locked, file) {
    const { fileName, at } = locked;
    const name = at ? `${fileName} (${at.file}:${at.line})` : fileName;
    return { locked, archive: await openWheel(file, name) };
}
/**
 * Links a wheel: gives what `pip install` puts in the prefix for it. First its files in the archive's order, bytecode behind its source, then
 * scripts of entry points and what pip notes in the `.dist-info`, at last RECORD. No file has a time: pip keeps none of the wheel's.
 * @param select which paths (relative to the prefix) to give; RECORD is the same whatever is left out
 * @param compiler for sources; without it they come without bytecode, and RECORD lists none
 * @throws UserError when the wheel is damaged or is not what its RECORD says
 */
async function* linkWheel(source, context, select = () => true, compiler) {
    const plan = planWheel(source, context);
    const isRecorded = select(plan.recordPath);
    const bytecodeSources = new Map(plan.isCompiled && compiler ? plan.bytecode.map((one) => [one.path, one.source]) : []);
    const compiledSources = new Set(bytecodeSources.values());
    // RECORD tells of each source whether it could be compiled, of each script what became of it.
    const files = new WheelFiles(source, plan, context, {
        isWanted: (path) => select(path) || (isRecorded && compiledSources.has(path)),
        isRecorded,
    });
    const entries = compiler
        ? withBytecode(files.entries(), { bytecode: plan.isCompiled ? plan.bytecode : [] }, context, (path) => isRecorded || select(path), compiler)
        : files.entries();
    const bytecode = [];
    for await (const entry of entries) {
        const compiledFrom = bytecodeSources.get(entry.path);
        if (compiledFrom !== undefined)
            bytecode.push(entry.path);
        if (select(entry.path) && select(compiledFrom ?? entry.path))
            yield entry;
    }
    const { generated, recordPath } = plan;
    for (const { path, mode, bytes } of new Map(generated.map((one) => [one.path, one])).values()) {
        if (select(path))
            yield fileOf(path, mode, bytes);
    }
    if (!isRecorded)
        return;
    const record = formatInstalledRecord({
        rows: source.archive.info.record,
        places: new Map(plan.files.map(({ file, path }) => [file.name, path])),
        changed: files.changed,
        generated,
        bytecode,
    }, plan.sitePackages);
    yield fileOf(recordPath, fileMode, Buffer.from(record));
}
/** The files of a wheel on their way into the prefix. */
class WheelFiles {
    /** Scripts whose first line is another one now, by their paths. */
    changed = new Map();
    #source;
    #plan;
    #context;
    #options;
    constructor(source, plan, context, options) {
        this.#source = source;
        this.#plan = plan;
        this.#context = context;
        this.#options = options;
    }
    async *entries() {
        const { isWanted, isRecorded } = this.#options;
        const planned = new Map(this.#plan.files.filter(({ shadowed }) => !shadowed).map(({ file, path }) => [file.name, path]));
        for await (const { file, content } of this.#source.archive.entries()) {
            const path = planned.get(file.name);
            if (path === undefined)
                continue;
            const mode = file.isExecutable ? executableMode : fileMode;
            const entry = { type: 'file', path, mode, size: file.size, content };
            if (file.scheme !== 'scripts') {
                if (isWanted(path))
                    yield entry;
            }
            else if (isWanted(path) || isRecorded) {
                const script = await this.#script(entry);
                if (isWanted(path))
                    yield script;
                else
                    await drain(script.content);
            }
        }
    }
    async #script(entry) {
        const { path, mode } = entry;
        const { start, content } = await peek(entry.content, placeholderLength);
        if (!hasPlaceholder(start))
            return { ...entry, content };
        const bytes = fixScript(await readAll(content), this.#context.prefix);
        this.changed.set(path, recordedContent(bytes));
        return fileOf(path, mode, bytes);
    }
}
/**
 * Looks at the beginning of content.
 * @returns at least as many bytes as were asked for, if there are as many; and all of the content, to be read instead
 */
async function peek(content, length) {
    const iterator = content[Symbol.asyncIterator]();
    let start = Buffer.alloc(0);
    while (start.length < length) {
        const next = await iterator.next();
        if (next.done)
            break;
        start = Buffer.concat([start, next.value]);
    }
    async function* whole() {
        if (start.length > 0)
            yield start;
        yield* { [Symbol.asyncIterator]: () => iterator };
    }
    return { start, content: whole() };
}

;// CONCATENATED MODULE: ./src/prefix/linkable.ts



/** The place where nothing is left out: what conda and pip would find. */
function asInstalled(context) {
    return { ...context, exclude: undefined };
}
function isPackage(source) {
    return 'facts' in source;
}
/**
 * Plans a package or a wheel, less what is left out.
 * @throws UserError as `planLink` and `planWheel` do
 */
function planLinkable(source, context) {
    const plan = isPackage(source)
        ? planLink(source.archive.info, context)
        : planWheel(source, wheelContext(context));
    return context.exclude ? lessExcluded(plan, context.exclude) : plan;
}
/** A plan without what patterns leave out. */
function lessExcluded(plan, exclude) {
    const exclusion = exclusionOf(exclude);
    const isKept = (path) => exclusion.excludedBy(path) === undefined;
    const kept = {
        bytecode: plan.bytecode.filter(({ source, path }) => isKept(source) && isKept(path)),
        paths: plan.paths.filter(isKept),
    };
    return 'generated' in plan
        ? { ...plan, ...kept, files: plan.files.filter(({ path }) => isKept(path)) }
        : { ...plan, ...kept, files: plan.files.filter(({ path }) => isKept(path)) };
}
/**
 * Links a package or a wheel, as `linkPackage` and `linkWheel` do, less what is left out: their records tell of all that they would put
 * there.
 */
async function* linkLinkable(source, context, select = () => true, compiler) {
    const exclusion = context.exclude && exclusionOf(context.exclude);
    const selectKept = exclusion
        ? (path) => select(path) && exclusion.excludedBy(path) === undefined
        : select;
    const entries = isPackage(source)
        ? linkPackage(source, context, selectKept, compiler)
        : linkWheel(source, wheelContext(context), selectKept, compiler);
    for await (const entry of entries) {
        const isLeftOut = entry.type === 'directory' && exclusion?.excludedBy(entry.path, 'directory') !== undefined;
        if (!isLeftOut)
            yield entry;
    }
}
function wheelContext({ pip, ...context }) {
    if (pip === undefined)
        throw new Error('wheels are linked as by no pip');
    return { ...context, pip };
}

;// CONCATENATED MODULE: ./src/layers/manifest-room.ts
/**
 * What a layer may say of itself in the manifest, in bytes as they stand there. Registries need not take manifests above 4 MB, and clients
 * stop there too (OCI distribution spec, "Pushing Manifests"); with this and `layerBudget` ours are below one, whatever is in them.
 */
const annotationLimit = 9000;
/** What it may say of what was left out of it, besides. */
const manifest_room_leftOutLimit = 500;
/** Whether a text has room in the annotation of a layer. */
function manifest_room_hasRoom(text, limit = annotationLimit) {
    return bytesInManifest(text) <= limit;
}
/**
 * How many entries the path sets of an annotation may have together.
 * @param rest the annotation with empty ones
 * @returns less than 1 when there is no room for any
 */
function roomForPaths(rest) {
    // Four bytes an entry in base64, each set rounded up.
    return Math.floor(((annotationLimit - bytesInManifest(rest) - 8) * 3) / 16);
}
/** It is a string in a string there: quotes and line breaks take more. */
function bytesInManifest(text) {
    return Buffer.byteLength(JSON.stringify(text));
}

;// CONCATENATED MODULE: ./src/layers/path-set.ts

/** FNV-1a (draft-eastlake-fnv) over UTF-16 code units, their high byte last. */
function hashPath(path) {
    let hash = 0x811c9dc5;
    for (let index = 0; index < path.length; index++) {
        const unit = path.charCodeAt(index);
        hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
        if (unit > 0xff)
            hash = Math.imul(hash ^ (unit >> 8), 0x01000193);
    }
    return hash >>> 0;
}
/**
 * The claims of packages. A directory that is called like one of them is a territory: hardly anybody else puts files in
 * `site-packages/numpy` or `share/doc/zlib`, and one entry does for hundreds. Where somebody does, the two are looked at
 * more closely than they need be, no more. Where that leaves too many entries, other directories are territories too.
 * @param names of the packages
 * @param paths that they claim, relative to the prefix
 * @param most how many entries there should be; there are more where too many lie at the top
 */
function claimsOf(names, paths, most = Infinity) {
    const own = new Set([...names].flatMap(callNames));
    const claims = new Set();
    const ways = new Set();
    for (const path of paths) {
        const claimed = territoryOf(path, own) ?? path;
        if (claims.has(claimed))
            continue;
        claims.add(claimed);
        for (const parent of parentsOf(claimed)) {
            if (ways.has(parent))
                break;
            ways.add(parent);
        }
    }
    takeDirectories(claims, ways, most);
    return { claims: hashed(claims), ways: hashed(ways) };
}
/**
 * A set of paths of which directories stand for all below them where there are too many.
 * @param most as in `claimsOf`
 */
function pathSetOf(paths, most) {
    const all = new Set(paths);
    takeDirectories(all, new Set(), most);
    return hashed(all);
}
/**
 * Has directories stand for what is in them, until there are no more than so many entries. Fewer bits for each would be the other way:
 * then nearly all layers would meet by chance. The deepest directories go first, since what lies high is where packages meet, as in
 * `share/man/man1`; of one depth, those that hold the most. `bin`, `lib` and the like never do: everybody meets there.
 */
function takeDirectories(claims, ways, most) {
    const depthOf = (path) => path.split('/').length;
    let deepest = 0;
    for (const path of claims)
        deepest = Math.max(deepest, depthOf(path));
    for (let depth = deepest; depth > 2 && claims.size + ways.size > most; depth--) {
        const here = [...claims].filter((path) => depthOf(path) === depth);
        const contents = Map.groupBy(here, (path) => path.slice(0, path.lastIndexOf('/')));
        const fullest = [...contents].sort(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1));
        for (const [directory, paths] of fullest) {
            if (claims.size + ways.size <= most)
                return;
            for (const path of paths)
                claims.delete(path);
            ways.delete(directory);
            claims.add(directory);
        }
    }
}
function hashed(paths) {
    return new Set(Array.from(paths, hashPath));
}
/** The names that directories of a package go by: `r-ggplot2` has `ggplot2`, `scikit-learn` has none of its own. */
function callNames(name) {
    const short = name.replace(/^(r|perl|bioconductor|python)-/, '');
    return [...new Set([name, short].flatMap((call) => [call, call.replaceAll('-', '_')]))].map((call) => call.toLowerCase());
}
/** The highest directory of a path, below the first level, that is called like a package, perhaps with a version. */
function territoryOf(path, own) {
    for (let start = path.indexOf('/') + 1, end = path.indexOf('/', start); start > 0 && end > 0;) {
        const name = path.slice(start, end).toLowerCase();
        const isOwn = own.has(name) || own.has(name.replace(/-\d[^/]*$/, ''));
        // Others' modules live in a python's and in a perl's own directories.
        if (isOwn && !/^(python|perl|ruby|site-packages|r)$/.test(name))
            return path.slice(0, end);
        start = end + 1;
        end = path.indexOf('/', start);
    }
    return undefined;
}
/**
 * Finds those that may have a path in common with another, or a file where another has a directory.
 * @returns their indexes
 */
function findMeetings(all) {
    const owners = new Map();
    const meeting = new Set();
    all.forEach(({ claims }, index) => {
        for (const hash of claims) {
            const owner = owners.get(hash);
            if (owner === undefined)
                owners.set(hash, index);
            else
                meeting.add(owner).add(index);
        }
    });
    all.forEach(({ ways }, index) => {
        for (const hash of ways) {
            const owner = owners.get(hash);
            if (owner !== undefined && owner !== index)
                meeting.add(owner).add(index);
        }
    });
    return meeting;
}
/** Sorted, four bytes each, lowest first, in base64. */
function formatPathSet(set) {
    const sorted = Uint32Array.from(set).sort();
    const bytes = Buffer.alloc(sorted.length * 4);
    sorted.forEach((hash, index) => bytes.writeUInt32LE(hash, index * 4));
    return bytes.toString('base64');
}
/** @returns undefined for what `formatPathSet` would not give */
function path_set_parsePathSet(text) {
    const bytes = Buffer.from(text, 'base64');
    const set = new Set();
    for (let at = 0; at + 4 <= bytes.length; at += 4)
        set.add(bytes.readUInt32LE(at));
    return formatPathSet(set) === text ? set : undefined;
}

;// CONCATENATED MODULE: ./src/environment/spec.ts

/**
 * The one form of specs that mean the same: the package's name in lower case, no more spaces than needed, no
 * credentials. `Python >= 3.8` and `python>=3.8` are both `python>=3.8`. What stands in brackets or is an address is
 * left alone but for credentials.
 */
function normalizeSpec({ text, selector }) {
    const normal = normalizeMatchSpec(withoutCredentials(text.trim()));
    return selector === undefined ? normal : `sel(${selector}): ${normal}`;
}
/** `[channel::]name[version and build][brackets]`, conda's models/match_spec.py. */
const matchSpec = /^(.*::)?([\w.*-]+)([^[]*)(\[.*)?$/s;
function normalizeMatchSpec(text) {
    const [, channel = '', name = '', constraint = '', brackets = ''] = matchSpec.exec(text) ?? [];
    if (name === '' || name.includes('://'))
        return text;
    const compact = constraint
        .replace(/\s+/g, ' ')
        .replace(/\s*([=<>!~,|]+)\s*/g, '$1')
        .trimEnd();
    return channel + name.toLowerCase() + compact + brackets.trimEnd();
}
/**
 * The name of the package that a MatchSpec is about, whether one of a lock's header or one that a package depends on; of an address
 * of an archive the name that stands there.
 */
function packageOfSpec(spec) {
    const bare = spec.replace(/^sel\(\w+\): /, '').trim();
    const [, archive] = /:\/\/.*\/(.+)-[^-/]+-[^-/]+\.(?:conda|tar\.bz2)\b/.exec(bare) ?? [];
    const [, , name = ''] = /^(.*::)?([\w.*-]+)/.exec(bare) ?? [];
    return (archive ?? name).toLowerCase();
}

;// CONCATENATED MODULE: ./src/layers/sizes.ts


/** How much of a layer's annotation they may take: paths are worth more. */
const room = 3000;
/** Gives entries on, and counts the bytes of files. */
async function* counted(entries, add) {
    for await (const entry of entries) {
        if (entry.type === 'file')
            add(entry.size);
        yield entry;
    }
}
/** Whether a file of a wheel says what the wheel needs. */
function isMetadata(path) {
    return path.endsWith('.dist-info/METADATA');
}
/**
 * @param size bytes of its files
 * @param texts of a wheel its METADATA, by path
 */
function packageSize(source, size, texts) {
    if (!isPackage(source)) {
        const metadata = Object.entries(texts).find(([path]) => isMetadata(path))?.[1] ?? '';
        return { name: `pip:${source.locked.name}`, size, needs: requirementsIn(metadata).always };
    }
    const { json } = source.archive.info.index;
    return { name: source.locked.name, size, needs: packagesNeeded(json['depends']) };
}
/** The names in a package's `depends`; virtual packages are left out. */
function packagesNeeded(depends) {
    const specs = Array.isArray(depends) ? depends.filter((spec) => typeof spec === 'string') : [];
    return [...new Set(specs.map(packageOfSpec))].filter((name) => name !== '' && !name.startsWith('__'));
}
/**
 * What a distribution's METADATA says that it needs (core metadata, `Requires-Dist`): canonical names, those behind a marker that asks for an
 * extra apart.
 */
function requirementsIn(metadata) {
    const [headers = ''] = metadata.split(/\r?\n\r?\n/, 1);
    const always = new Set();
    const withExtras = new Set();
    for (const [, name = '', marker = ''] of headers.matchAll(/^Requires-Dist:[ \t]*([\w.-]+)[^;\n]*(?:;(.*))?$/gim)) {
        ;
        (/\bextra\s*==/.test(marker) ? withExtras : always).add(canonicalName(name));
    }
    return { always: [...always], withExtras: [...withExtras] };
}
/** As they stand in the annotation: without what they need, or not at all, where there is no room. */
function withinRoom(packages) {
    const fits = (some) => JSON.stringify(some.map(formatSize)).length <= room;
    if (fits(packages))
        return packages;
    const bare = packages.map((one) => ({ ...one, needs: [] }));
    return fits(bare) ? bare : [];
}
function formatSize({ name, size, needs }) {
    return [name, size, ...needs].join(' ');
}
function sizes_parseSize(text) {
    const [name = '', size = '', ...needs] = text.split(' ');
    return { name, size: Number(size), needs };
}

;// CONCATENATED MODULE: ./src/layers/facts.ts






/**
 * The annotation of a layer's descriptor that holds its facts. They are a function of the layer's packages, as its bytes
 * are; with them the rest of an image can be made without these packages at hand.
 */
const factsAnnotation = 'io.github.micromamba-image.facts';
/** To be raised when other link scripts are understood, or otherwise: facts by other rules are as good as none. */
const scriptRules = 2;
/** The facts with the claims on some paths, as exact as there is room for in a manifest. */
function withClaims(rest, names, paths) {
    const room = roomForPaths(formatAll({ claims: new Set(), ways: new Set(), ...rest }));
    return { ...claimsOf(names, paths, room > 0 ? room : undefined), ...rest };
}
/** @returns undefined where a manifest has no room for them; the layer is made again by each run that needs its facts */
function formatFacts(facts) {
    const text = formatAll(facts);
    return hasRoom(text) ? text : undefined;
}
function formatAll(facts) {
    const { claims, ways, texts, scripted, messages, distributions, python, prefix, sizes } = facts;
    const hasScripts = scripted.length > 0 || Object.keys(messages).length > 0;
    return JSON.stringify({
        claims: formatPathSet(claims),
        ways: formatPathSet(ways),
        ...(Object.keys(texts).length > 0 && { texts: facts_sorted(texts) }),
        ...(hasScripts && { scripts: [scriptRules, scripted, facts_sorted(messages)] }),
        distributions,
        ...(python && { python: [python.version, python.executable, python.sitePackages] }),
        sizes: [prefix, ...sizes.map(formatSize)],
    });
}
function facts_sorted(texts) {
    return Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
/** @returns undefined for anything that `formatFacts` would not give, to the byte: it is damaged, or somebody else's */
function parseFacts(text) {
    const facts = readFacts(text);
    return facts && formatFacts(facts) === text ? facts : undefined;
}
function readFacts(text) {
    let value;
    try {
        value = JSON.parse(text);
    }
    catch {
        return undefined;
    }
    if (!isRecord(value))
        return undefined;
    const { claims, ways, texts = {}, scripts = [scriptRules, [], {}], distributions, python, sizes } = value;
    if (typeof claims !== 'string' || typeof ways !== 'string')
        return undefined;
    const [claimed, above] = [parsePathSet(claims), parsePathSet(ways)];
    if (!claimed || !above || !isTexts(texts) || !Array.isArray(scripts))
        return undefined;
    const [, scripted, messages] = scripts;
    if (!isList(scripted) || !isTexts(messages) || !isList(distributions) || !isList(sizes))
        return undefined;
    if (!Object.keys(texts).every(isActivationFile))
        return undefined;
    const [prefix, ...lines] = sizes;
    if (prefix === undefined)
        return undefined;
    const known = { prefix, sizes: lines.map(parseSize) };
    if (known.sizes.some(({ size }) => !Number.isSafeInteger(size) || size < 0))
        return undefined;
    const read = { claims: claimed, ways: above, texts, scripted, messages, distributions, ...known };
    if (python === undefined)
        return read;
    if (!isList(python))
        return undefined;
    const [version = '', executable = '', sitePackages = ''] = python;
    return { ...read, python: { version, executable, sitePackages } };
}
function isTexts(value) {
    return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
}
function isList(value) {
    return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
/**
 * Whether facts can be those of a layer with these packages: what they tell of packages and of python is about some that it has.
 * Whether it is true they alone can tell.
 */
function areFactsOf(packages, { scripted, messages, python, sizes }) {
    const names = new Set(packages.map(({ name }) => name));
    // Wheels are in no layer with packages.
    const isKnown = ({ name }) => (name.startsWith('pip:') ? names.size === 0 : names.has(name));
    const dists = new Set(packages.map(({ name, version, build }) => `${name}-${version}-${build}`));
    const own = packages.find(({ name }) => name === 'python');
    const isRightPython = own ? python !== undefined && isPythonOf(own, python) : python === undefined;
    const isOfDists = [...scripted, ...Object.keys(messages)].every((dist) => dists.has(dist));
    return isRightPython && isOfDists && sizes.every(isKnown);
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

;// CONCATENATED MODULE: ./src/activation/shell-words.ts
/** Thrown where a script does what cannot be known without running it. Its message names the construct. */
class UnknownEffect extends Error {
    /** Where in the script, in code units. */
    pos;
    constructor(what, { pos }) {
        super(what);
        this.pos = pos;
    }
}
const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
function isIdentifier(name) {
    return identifier.test(name);
}
/** The text of a word where bash neither splits nor matches file names: in assignments and in `[[ … ]]`. */
function expandText(word, shell) {
    return joined(expand(word, shell));
}
/**
 * The text of a word among a command's arguments; nothing for one that vanishes since all of it expands to nothing.
 * @throws UnknownEffect when bash would make several words of it, or look for files
 */
function expandArgument(word, shell) {
    const pieces = expand(word, shell);
    if (pieces.some(({ kind, text }) => kind === 'expanded' && /[ \t\n*?[\]\\]/.test(text))) {
        throw new UnknownEffect(`'${word.text}' without quotes, which has blanks or wildcards in it`, word);
    }
    const text = joined(pieces);
    return text === '' && pieces.every(({ kind }) => kind === 'expanded') ? undefined : text;
}
/** The text of the right side of a comparison in `[[ … ]]`, which is a pattern where it is not quoted. */
function expandPattern(word, shell) {
    const pieces = expand(word, shell);
    if (pieces.some(({ kind, text }) => kind === 'expanded' && /[*?[\\(]/.test(text))) {
        throw new UnknownEffect(`the pattern '${word.text}'`, word);
    }
    return joined(pieces);
}
/**
 * The text of a here-document whose end is not quoted: like text in quotes, but that quotes are text in it.
 * @param isIndented whether its lines lose their tabs, before anything is expanded
 */
function expandHereDocument(body, shell, isIndented) {
    // Bash looks for the end in lines that are joined by then.
    if (/\\\n/.test(body.text))
        throw new UnknownEffect('a line that goes on in a here-document', body);
    const { pos, end, text } = body;
    const parts = body.parts ?? [{ type: 'Literal', pos, end, value: text, text }];
    const expanded = parts.map((part) => {
        if (part.type === 'Literal') {
            const plain = plainText(part).text;
            const tabs = part.pos === pos ? /^\t+/gm : /(?<=\n)\t+/g;
            return (isIndented ? plain.replace(tabs, '') : plain).replace(/\\([$`\\])/g, '$1');
        }
        if (isIndented && part.text.includes('\n'))
            throw new UnknownEffect(`the expansion '${part.text}'`, part);
        return expandQuoted(part, shell);
    });
    return expanded.join('');
}
/** Sets a variable, as an assignment does. */
function shell_words_assign(name, value, node, shell) {
    if (!shell.isKnown(name, 'set'))
        throw new UnknownEffect(`a change of $${name}`, node);
    shell.set(name, value);
}
function joined(pieces) {
    return pieces.map(({ text }) => text).join('');
}
function expand(word, shell) {
    // A word without parts is plain text.
    return word.parts ? word.parts.flatMap((part) => expandPart(part, shell)) : [literal(word)];
}
function expandPart(part, shell) {
    switch (part.type) {
        case 'Literal':
            return [literal(part)];
        case 'SingleQuoted':
            return [{ text: part.value, kind: 'quoted' }];
        case 'DoubleQuoted':
            return [{ text: part.parts.map((child) => expandQuoted(child, shell)).join(''), kind: 'quoted' }];
        case 'SimpleExpansion':
            return [{ text: read(part.text.slice(1), part, shell) ?? '', kind: 'expanded' }];
        case 'ParameterExpansion':
            return expandParameter(part, shell, (operand) => 
            // What stands behind the operator is split like the value that it stands for, but for its quoted parts.
            expand(operand, shell).map(({ text, kind }) => ({
                text,
                kind: kind === 'literal' ? 'expanded' : kind,
            })));
        case 'Glob':
        case 'AnsiCQuoted':
        case 'LocaleString':
        case 'CommandExpansion':
        case 'ArithmeticExpansion':
        case 'ProcessSubstitution':
        case 'ExtendedGlob':
        case 'BraceExpansion':
            throw new UnknownEffect(constructs[part.type], part);
    }
}
/** The text of a part inside of double quotes. */
function expandQuoted(part, shell) {
    if (part.type === 'Literal')
        return literalText(part);
    if (part.type !== 'ParameterExpansion')
        return joined(expandPart(part, shell));
    // Quotes inside of quotes have rules of their own, which also say where the expansion ends.
    if (/["'\\]/.test(part.text))
        throw new UnknownEffect(`quotes inside of '${part.text}'`, part);
    return joined(expandParameter(part, shell, (operand) => {
        const text = operand.parts?.map((inner) => expandQuoted(inner, shell)).join('');
        return [{ text: text ?? operand.value, kind: 'quoted' }];
    }));
}
const constructs = {
    Glob: 'a wildcard',
    AnsiCQuoted: "a $'…' string",
    LocaleString: 'a translated string',
    CommandExpansion: 'a command substitution',
    ArithmeticExpansion: 'arithmetic',
    ProcessSubstitution: 'a process substitution',
    ExtendedGlob: 'a wildcard',
    BraceExpansion: 'a brace expansion',
};
/** @param expandOperand expands what stands behind `:-` and the like */
function expandParameter(part, shell, expandOperand) {
    const { parameter, prefix, index, operation, text } = part;
    if (prefix !== undefined || index !== undefined)
        throw new UnknownEffect(`the expansion '${text}'`, part);
    const value = read(parameter, part, shell);
    const expanded = [{ text: value ?? '', kind: 'expanded' }];
    if (operation === undefined)
        return expanded;
    if (operation.type !== 'Default')
        throw new UnknownEffect(`the expansion '${text}'`, part);
    // Also where it is not expanded, the parser and bash have to agree where it ends.
    if (/\$(?![A-Za-z_({])/.test(operation.operand.text))
        throw new UnknownEffect(`the expansion '${text}'`, part);
    const isThere = value !== undefined && !(operation.operator.startsWith(':') && value === '');
    switch (kindOf(operation)) {
        case '-':
            return isThere ? expanded : expandOperand(operation.operand);
        case '+':
            return isThere ? expandOperand(operation.operand) : [{ text: '', kind: 'expanded' }];
        case '=': {
            if (isThere)
                return expanded;
            const assigned = joined(expandOperand(operation.operand));
            shell_words_assign(parameter, assigned, part, shell);
            return [{ text: assigned, kind: 'expanded' }];
        }
        case '?':
            if (isThere)
                return expanded;
            throw new UnknownEffect(`the failure of '${text}'`, part);
    }
}
function kindOf({ operator }) {
    switch (operator) {
        case '-':
        case ':-':
            return '-';
        case '+':
        case ':+':
            return '+';
        case '=':
        case ':=':
            return '=';
        case '?':
        case ':?':
            return '?';
    }
}
function read(name, node, shell) {
    if (!isIdentifier(name))
        throw new UnknownEffect(`the parameter $${name}`, node);
    if (!shell.isKnown(name, 'read'))
        throw new UnknownEffect(`$${name}, which only the container knows`, node);
    return shell.get(name);
}
function literal(part) {
    if (part.text.includes('~'))
        throw new UnknownEffect("a '~' without quotes", part);
    return { text: literalText(part), kind: 'literal' };
}
function literalText(part) {
    return plainText(part).value;
}
/** Text that has no quotes of its own. Where a `$` has no name behind it, shells and parsers differ. */
function plainText(part) {
    if (/^(?:[^\\$]|\\.)*\$/s.test(part.text))
        throw new UnknownEffect("a '$' without a name", part);
    return part;
}

;// CONCATENATED MODULE: ./src/activation/shell-output.ts

/** Where the output of a command goes: to the script's own, to /dev/null, or to the one file that it may write. */
class ShellOutput {
    printed;
    #file;
    #use;
    #descriptors;
    constructor(printed, file, use, descriptors) {
        this.printed = printed;
        this.#file = file;
        this.#use = use;
        this.#descriptors = descriptors;
    }
    /** That of a script. @param file absolute */
    static ofScript(file) {
        return new ShellOutput({ stdout: '', stderr: '', file: '' }, file, 'closed', ['stdout', 'stderr']);
    }
    /** Prints to file descriptor 1. */
    write(text) {
        const [stdout] = this.#descriptors;
        if (stdout !== 'nowhere')
            this.printed[stdout] += text;
    }
    /**
     * The output behind some redirections, one after the other as the shell makes them, and the text of the last
     * here-document among them.
     * @throws UnknownEffect for what leads elsewhere
     */
    redirect(redirections, shell) {
        let use = this.#use;
        let [stdout, stderr] = this.#descriptors;
        let input;
        for (const redirection of redirections) {
            if (redirection.type === 'HereDoc') {
                input = shell_output_textOf(redirection, shell);
                continue;
            }
            if (redirection.type === 'HereString')
                throw new UnknownEffect('a here-string', redirection);
            const { operator, target } = redirection;
            let to;
            if (operator === '>&') {
                to = target?.text === '1' ? stdout : target?.text === '2' ? stderr : refuse(redirection);
            }
            else {
                to = this.#opened(redirection, shell);
                if (to === 'file')
                    use = usedAs(operator, use, redirection);
                if (use === 'overwriting' && to === 'file')
                    this.printed.file = '';
            }
            const descriptor = descriptorOf(redirection);
            if (descriptor !== 2)
                stdout = to;
            if (descriptor !== 1)
                stderr = to;
        }
        const output = new ShellOutput(this.printed, this.#file, use, [stdout, stderr]);
        return { output, ...(input !== undefined && { input }) };
    }
    #opened(redirection, shell) {
        const { operator, target } = redirection;
        if (!operator.includes('>') || operator === '<>' || !target)
            return refuse(redirection);
        // Words are expanded before redirections, so none of these may set a variable.
        if (target.text.includes('='))
            return refuse(redirection);
        const path = expandArgument(target, shell)?.replace(/\/+/g, '/');
        if (path === this.#file)
            return 'file';
        return path === '/dev/null' ? 'nowhere' : refuse(redirection);
    }
}
/** Who overwrites does so from where they are, whatever others have written there in the meantime. */
function usedAs(operator, before, redirection) {
    const use = operator.endsWith('>>') ? 'appending' : 'overwriting';
    if (before === 'closed' || (before === 'appending' && use === 'appending'))
        return use;
    throw new UnknownEffect('a file that is opened twice', redirection);
}
function descriptorOf(redirection) {
    const { operator, descriptor } = redirection;
    if (operator.startsWith('&'))
        return descriptor === undefined ? 'both' : refuse(redirection);
    if (descriptor === undefined)
        return 1;
    const value = descriptor.type === 'FileDescriptor' ? descriptor.value : undefined;
    return value === 1 || value === 2 ? value : refuse(redirection);
}
function refuse(redirection) {
    throw new UnknownEffect('a redirection', redirection);
}
function shell_output_textOf(document, shell) {
    const { operator, descriptor, delimiter, body, closing } = document;
    if (descriptor)
        throw new UnknownEffect('a redirection', document);
    if (!closing || !delimiter || !/^(["']?)\w+\1$/.test(delimiter.text)) {
        throw new UnknownEffect('a here-document without a plain end', document);
    }
    const isIndented = operator === '<<-';
    if (!delimiter.quoted)
        return expandHereDocument(body, shell, isIndented);
    return isIndented ? body.text.replace(/^\t+/gm, '') : body.text;
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/traversal.js
function forEachChild(node, callback) {
    switch (node.type) {
        case "Script":
        case "CompoundList":
        case "AndOr":
            for (const command of node.commands)
                callback(command);
            return;
        case "Statement":
            callback(node.command);
            return;
        case "Command":
            for (const child of node.prefix)
                callback(child);
            if (node.name)
                callback(node.name);
            for (const child of node.suffix)
                callback(child);
            return;
        case "Pipeline":
            for (const prefix of node.prefixes)
                callback(prefix);
            for (const command of node.commands)
                callback(command);
            return;
        case "Redirected":
            callback(node.command);
            for (const redirect of node.redirects)
                callback(redirect);
            return;
        case "If":
            callback(node.clause);
            callback(node.then);
            for (const branch of node.elif)
                callback(branch);
            if (node.else)
                callback(node.else);
            return;
        case "Elif":
            callback(node.clause);
            callback(node.then);
            return;
        case "For":
        case "Select":
            callback(node.name);
            if (node.wordlist)
                for (const word of node.wordlist)
                    callback(word);
            callback(node.body);
            return;
        case "While":
            callback(node.clause);
            callback(node.body);
            return;
        case "Function":
        case "Coproc":
            if (node.name)
                callback(node.name);
            callback(node.body);
            return;
        case "Subshell":
        case "BraceGroup":
            callback(node.body);
            return;
        case "Case":
            callback(node.word);
            for (const item of node.items)
                callback(item);
            return;
        case "CaseItem":
            for (const pattern of node.pattern)
                callback(pattern);
            callback(node.body);
            return;
        case "ArithmeticFor": {
            const initialize = node.initialize;
            if (initialize)
                callback(initialize);
            const test = node.test;
            if (test)
                callback(test);
            const update = node.update;
            if (update)
                callback(update);
            callback(node.body);
            return;
        }
        case "Word":
        case "Glob":
        case "ArithmeticWord":
        case "HereDocBody":
        case "BraceExpansion":
        case "ExtendedGlob": {
            const parts = node.parts;
            if (parts)
                for (const part of parts)
                    callback(part);
            return;
        }
        case "DoubleQuoted":
        case "LocaleString":
            for (const part of node.parts)
                callback(part);
            return;
        case "ParameterExpansion":
            if (node.index)
                callback(node.index);
            if (node.operation)
                callback(node.operation);
            return;
        case "Default":
        case "Remove":
        case "Transform":
            callback(node.operand);
            return;
        case "CaseModification":
            if (node.operand)
                callback(node.operand);
            return;
        case "Replace":
            callback(node.pattern);
            callback(node.replacement);
            return;
        case "Slice":
            callback(node.offset);
            if (node.length)
                callback(node.length);
            return;
        case "Assignment": {
            const index = node.index;
            if (index)
                callback(index);
            callback(node.value);
            return;
        }
        case "ArrayValue":
            for (const element of node.elements)
                callback(element);
            return;
        case "Redirect":
        case "HereString":
            if (node.descriptor)
                callback(node.descriptor);
            if (node.target)
                callback(node.target);
            return;
        case "HereDoc":
            if (node.descriptor)
                callback(node.descriptor);
            if (node.delimiter)
                callback(node.delimiter);
            callback(node.body);
            return;
        case "CommandExpansion":
        case "ProcessSubstitution":
        case "ArithmeticCommandExpansion": {
            const script = node.script;
            if (script)
                callback(script);
            return;
        }
        case "ArithmeticExpansion":
        case "ArithmeticCommand":
        case "ArithmeticGroup":
        case "TestCommand":
        case "TestGroup": {
            const expression = node.expression;
            if (expression)
                callback(expression);
            return;
        }
        case "ArithmeticBinary":
        case "TestBinary":
            callback(node.left);
            callback(node.right);
            return;
        case "ArithmeticUnary":
        case "TestUnary":
            callback(node.operand);
            return;
        case "ArithmeticTernary":
            callback(node.test);
            callback(node.consequent);
            callback(node.alternate);
            return;
        case "TestLogical":
            for (const operand of node.operands)
                callback(operand);
            return;
        case "TestNot":
            for (const negation of node.negations)
                callback(negation);
            callback(node.operand);
            return;
        case "Literal":
        case "SingleQuoted":
        case "AnsiCQuoted":
        case "SimpleExpansion":
        case "Names":
        case "Unknown":
        case "FileDescriptor":
        case "FileDescriptorVariable":
        case "HereDocDelimiter":
        case "Time":
        case "Negation":
            return;
        default: {
            const exhaustive = node;
            throw new TypeError(`Unexpected syntax node: ${exhaustive}`);
        }
    }
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/ansi-c.js
function isOctal(code) {
    return code >= 48 && code <= 55;
}
function isHex(code) {
    return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}
function codePoint(value, fallback) {
    try {
        return String.fromCodePoint(value);
    }
    catch {
        return fallback;
    }
}
// ignoreBOM keeps a leading EF BB BF as U+FEFF instead of stripping it from each run.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
// Bash writes \xHH and \NNN as raw bytes, so a run of them is decoded as UTF-8.
// A byte outside a well-formed sequence has no character and becomes U+FFFD.
function decodeBytes(bytes) {
    return utf8.decode(new Uint8Array(bytes));
}
// Reads a \xHH or \NNN escape at pos, which Bash treats as a single byte.
function readByteEscape(source, pos, limit) {
    if (source.charCodeAt(pos) !== 92 || pos + 2 > limit)
        return undefined;
    const escaped = source.charCodeAt(pos + 1);
    const digitsStart = pos + 2;
    let end = digitsStart;
    if (escaped === 120) {
        while (end < limit && end - digitsStart < 2 && isHex(source.charCodeAt(end)))
            end++;
        if (end === digitsStart)
            return undefined;
        return { value: Number.parseInt(source.slice(digitsStart, end), 16), end };
    }
    if (!isOctal(escaped))
        return undefined;
    while (end < limit && end - digitsStart < 2 && isOctal(source.charCodeAt(end)))
        end++;
    return { value: Number.parseInt(source.slice(pos + 1, end), 8) & 0xff, end };
}
function decodeAnsiCQuoted(source, start, limit) {
    let pos = start;
    let value = "";
    let bytes = [];
    // Bash ends the string at the first NUL an escape produces; scanning still runs to the closing quote.
    let nul = -1;
    while (pos < limit && source.charCodeAt(pos) !== 39) {
        const escapeStart = pos;
        const byte = readByteEscape(source, pos, limit);
        // ASCII bytes end a run like other text, so escapes such as \033 never pay for a decoder call.
        if (byte && byte.value >= 0x80) {
            bytes.push(byte.value);
            pos = byte.end;
            continue;
        }
        if (bytes.length > 0) {
            value += decodeBytes(bytes);
            bytes = [];
        }
        if (byte) {
            if (byte.value === 0 && nul === -1)
                nul = value.length;
            value += String.fromCharCode(byte.value);
            pos = byte.end;
            continue;
        }
        if (source.charCodeAt(pos) !== 92 || pos + 1 >= limit) {
            const runStart = pos;
            while (pos < limit) {
                const code = source.charCodeAt(pos);
                // A backslash at the end of input has nothing to escape; consume it as a
                // literal so the loop always advances.
                if (code === 39 || (code === 92 && pos + 1 < limit))
                    break;
                pos++;
            }
            value += source.slice(runStart, pos);
            continue;
        }
        pos++;
        const escaped = source[pos++];
        switch (escaped) {
            case "a":
                value += "\x07";
                break;
            case "b":
                value += "\b";
                break;
            case "e":
            case "E":
                value += "\x1B";
                break;
            case "f":
                value += "\f";
                break;
            case "n":
                value += "\n";
                break;
            case "r":
                value += "\r";
                break;
            case "t":
                value += "\t";
                break;
            case "v":
                value += "\v";
                break;
            case "\\":
                value += "\\";
                break;
            case "'":
                value += "'";
                break;
            case '"':
                value += '"';
                break;
            case "?":
                value += "?";
                break;
            case "\n":
                break;
            case "c": {
                // The closing quote (or end of input) is not an operand: \c stays literal.
                const code = pos < limit ? source.charCodeAt(pos) : 39;
                if (code === 39) {
                    value += source.slice(escapeStart, pos);
                    break;
                }
                pos++;
                if (code === 92) {
                    // Bash writes a backslash operand as the pair \c\\; a lone backslash
                    // still decodes and leaves the character it escaped as a literal.
                    const pair = pos < limit && source.charCodeAt(pos) === 92;
                    if (pair)
                        pos++;
                    value += "\x1c";
                    if (!pair && pos < limit) {
                        value += source[pos];
                        pos++;
                    }
                    break;
                }
                const control = code === 63 ? 127 : code & 31;
                // Bash applies \c to the operand's first UTF-8 byte, which equals the code unit only for ASCII.
                if (control === 0 && code < 128 && nul === -1)
                    nul = value.length;
                value += String.fromCharCode(control);
                break;
            }
            case "u":
            case "U": {
                const digitsStart = pos;
                const maxDigits = escaped === "u" ? 4 : 8;
                while (pos < limit && pos - digitsStart < maxDigits && isHex(source.charCodeAt(pos)))
                    pos++;
                if (pos === digitsStart) {
                    value += `\\${escaped}`;
                    break;
                }
                const raw = source.slice(escapeStart, pos);
                const point = Number.parseInt(source.slice(digitsStart, pos), 16);
                if (point === 0 && nul === -1)
                    nul = value.length;
                value += codePoint(point, raw);
                break;
            }
            default:
                value += `\\${escaped}`;
                break;
        }
    }
    if (bytes.length > 0)
        value += decodeBytes(bytes);
    if (nul !== -1)
        value = value.slice(0, nul);
    const closed = pos < limit;
    if (closed)
        pos++;
    return { value, end: pos, closed };
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/expansion.js
// The window is held only until the script resolves; a part constructed without one has no script.
class ScriptExpansionImpl {
    static _resolveScript;
    type;
    pos;
    end;
    text;
    #window;
    #script = undefined;
    constructor(type, pos, end, text, window) {
        this.type = type;
        this.pos = pos;
        this.end = end;
        this.text = text;
        this.#window = window;
    }
    get script() {
        const window = this.#window;
        if (window !== undefined) {
            const script = ScriptExpansionImpl._resolveScript(window.source, window.start, window.end, window.depth, window.parenBoundary, window.context);
            if (window.context === undefined)
                script.source = window.source;
            this.script = script;
        }
        return this.#script;
    }
    set script(script) {
        this.#script = script;
        this.#window = undefined;
    }
    toJSON() {
        return { type: this.type, pos: this.pos, end: this.end, text: this.text, script: this.script };
    }
}
class ProcessSubstitutionImpl extends ScriptExpansionImpl {
    operator;
    constructor(pos, end, text, operator, window) {
        super("ProcessSubstitution", pos, end, text, window);
        this.operator = operator;
    }
    toJSON() {
        return {
            type: this.type,
            pos: this.pos,
            end: this.end,
            text: this.text,
            operator: this.operator,
            script: this.script,
        };
    }
}
class ArithmeticExpansionImpl {
    static _resolveExpression;
    type = "ArithmeticExpansion";
    pos;
    end;
    text;
    #window;
    #expression = undefined;
    constructor(pos, end, text, window) {
        this.pos = pos;
        this.end = end;
        this.text = text;
        this.#window = window;
    }
    get expression() {
        const window = this.#window;
        if (window !== undefined) {
            this.expression = ArithmeticExpansionImpl._resolveExpression(window.body, window.offset, window.source, window.depth, window.context, window.depth + 1);
        }
        return this.#expression;
    }
    set expression(expression) {
        this.#expression = expression;
        this.#window = undefined;
    }
    toJSON() {
        return { type: this.type, pos: this.pos, end: this.end, text: this.text, expression: this.expression };
    }
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/limits.js
const MAX_SYNTAX_NESTING = 256;

;// CONCATENATED MODULE: ./node_modules/unbash/dist/word-value.js
function dequoteValue(parts) {
    let s = "";
    for (const c of parts)
        s += c.type === "Literal" ? c.value : c.text;
    return s;
}
function unescapeBareValue(text) {
    const first = text.indexOf("\\");
    if (first === -1)
        return text;
    let s = "";
    let start = 0;
    for (let i = first; i < text.length; i++) {
        if (text.charCodeAt(i) !== 92)
            continue;
        s += text.slice(start, i);
        i++;
        if (i >= text.length) {
            s += "\\";
            start = i;
            break;
        }
        if (text.charCodeAt(i) !== 10)
            s += text[i];
        start = i + 1;
    }
    return s + text.slice(start);
}
function continuedExpansionValue(text) {
    let pos = 1;
    while (text[pos] === "\\" && text[pos + 1] === "\n")
        pos += 2;
    return pos === 1 || text[pos] !== "(" ? text : text[0] + text.slice(pos);
}
function wordPartsValue(parts) {
    let value = "";
    for (const part of parts) {
        switch (part.type) {
            case "Literal":
            case "Glob":
            case "SingleQuoted":
            case "AnsiCQuoted":
                value += part.value;
                break;
            case "DoubleQuoted":
            case "LocaleString":
                value += dequoteValue(part.parts);
                break;
            case "CommandExpansion":
                value += part.text[0] === "$" ? continuedExpansionValue(part.text) : part.text;
                break;
            case "ExtendedGlob":
                value += continuedExpansionValue(part.text);
                break;
            default:
                value += part.text;
                break;
        }
    }
    return value;
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/word.js

class WordImpl {
    type = "Word";
    text;
    pos;
    end;
    #source;
    #resolver;
    #depth;
    #parts;
    #value = null;
    constructor(text, pos, end, source, resolver, depth = 0) {
        this.text = text;
        this.pos = pos;
        this.end = end;
        this.#source = source;
        this.#resolver = resolver;
        this.#depth = depth;
        this.#parts = resolver === undefined ? undefined : null;
    }
    get value() {
        if (this.#value === null) {
            const parts = this.#source === undefined && this.#parts === null ? undefined : this.parts;
            this.#value = parts ? wordPartsValue(parts) : unescapeBareValue(this.text);
        }
        return this.#value;
    }
    get parts() {
        if (this.#parts === null) {
            this.#parts = this.#resolver?.(this.#source ?? "", this, this.#depth) ?? undefined;
        }
        return this.#parts;
    }
    set parts(v) {
        this.#parts = v ?? undefined;
    }
    toJSON() {
        return { type: this.type, text: this.text, pos: this.pos, end: this.end, parts: this.parts, value: this.value };
    }
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/substitution-context.js
// A nested script shares its parent's boundary cache, allocated on first use.
function createSubstitutionContext(parent) {
    const boundaries = parent === undefined ? undefined : substitutionBoundaries(parent);
    return { boundaries, wordParts: undefined, embeddedParts: undefined, arrayParts: undefined };
}
function substitutionBoundaries(context) {
    return context.boundaries ?? (context.boundaries = new Map());
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/chars.js
const CH_TAB = 9;
const CH_NL = 10;
const CH_SPACE = 32;
const CH_BANG = 33;
const CH_DQUOTE = 34;
const CH_HASH = 35;
const CH_DOLLAR = 36;
const CH_PERCENT = 37;
const CH_AMP = 38;
const CH_SQUOTE = 39;
const CH_LPAREN = 40;
const CH_RPAREN = 41;
const CH_STAR = 42;
const CH_PLUS = 43;
const CH_COMMA = 44;
const CH_DASH = 45;
const CH_DOT = 46;
const CH_SLASH = 47;
const CH_0 = 48;
const CH_9 = 57;
const CH_COLON = 58;
const CH_SEMI = 59;
const CH_LT = 60;
const CH_EQ = 61;
const CH_GT = 62;
const CH_QUESTION = 63;
const CH_AT = 64;
const CH_A = 65;
const CH_Z = 90;
const CH_LBRACKET = 91;
const CH_BACKSLASH = 92;
const CH_RBRACKET = 93;
const CH_CARET = 94;
const CH_UNDERSCORE = 95;
const CH_BACKTICK = 96;
const CH_a = 97;
const CH_z = 122;
const CH_LBRACE = 123;
const CH_PIPE = 124;
const CH_RBRACE = 125;
const CH_TILDE = 126;
function skipLineContinuations(source, pos, end) {
    while (pos + 1 < end && source.charCodeAt(pos) === CH_BACKSLASH && source.charCodeAt(pos + 1) === CH_NL)
        pos += 2;
    return pos;
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/glob.js


function hasGlobCharacters(text) {
    return /[*?[]/.test(text);
}
const bracketSyntax = new Uint8Array(128);
bracketSyntax[CH_BANG] = 1;
bracketSyntax[CH_CARET] = 1;
bracketSyntax[CH_LBRACKET] = 1;
bracketSyntax[CH_RBRACKET] = 1;
bracketSyntax[CH_COLON] = 1;
bracketSyntax[CH_DOT] = 1;
bracketSyntax[CH_EQ] = 1;
bracketSyntax[CH_DASH] = 1;
bracketSyntax[CH_BACKSLASH] = 1;
// Bracket extents follow Bash's matcher (lib/glob/sm_loop.c, BRACKMATCH and PARSE_SUBBRACKET on
// the path where no member matches): `[:name:]` and `[=c=]` end at the first `:]` or `=]` unless a
// raw `]` comes first, `[.sym.]` ends at the first `.]` even past a `]`, a class or equivalence
// never starts a range, and a `-` range end consumes one member, be it an escape, a plain `[` or a
// collating symbol (also behind an escaped `[`). Quoted and expanded parts are single opaque
// members; Bash additionally lets quoted `]`, `:`, `=`, `.` and `[` take part in symbol and range
// scanning after re-escaping them, which this scan leaves out.
function bracketEnds(source, start, end, parts, offset) {
    let close = end - 1;
    while (close > start && source.charCodeAt(close) !== CH_RBRACKET)
        close--;
    if (close === start)
        return null;
    // Tokens: each special character, and runs of plain members (continuations vanish, quoted or
    // expanded parts are plain). Only specials change an extent, so a run acts as one member except
    // as a range end, which consumes just its first member.
    const positions = [];
    const kinds = [];
    const members = [];
    let partIndex = 0;
    let symbols = false;
    for (let pos = start; pos < end; pos++) {
        while (parts && partIndex < parts.length && parts[partIndex].end <= pos + offset)
            partIndex++;
        const part = parts?.[partIndex];
        const tokenPos = pos;
        let kind = 0;
        if (part && part.pos <= pos + offset && part.type !== "Literal") {
            pos = part.end - offset - 1;
        }
        else {
            kind = source.charCodeAt(pos);
            if (kind === CH_BACKSLASH && pos + 1 < end && source.charCodeAt(pos + 1) === CH_NL) {
                pos++;
                continue;
            }
            if (kind >= 128 || !bracketSyntax[kind])
                kind = 0;
        }
        const last = kinds.length - 1;
        if (kind === 0 && last >= 0 && kinds[last] === 0) {
            members[last]++;
            continue;
        }
        if (last >= 0 && kinds[last] === CH_LBRACKET && (kind === CH_COLON || kind === CH_EQ || kind === CH_DOT)) {
            symbols = true;
        }
        positions.push(tokenPos);
        kinds.push(kind);
        members.push(1);
    }
    const count = kinds.length;
    // PARSE_SUBBRACKET memoized per opener: symbolEnd[t] is the token after the `X]` closing the
    // symbol that `[X` opens at token t, or -1. One right-to-left pass tracks the nearest raw `]`
    // and the nearest `:]`, `=]` and `.]` beyond the opener. Escaped characters are separate tokens,
    // so a `\]` still stops a `:` or `=` scan as it does in Bash.
    let symbolEnd;
    if (symbols) {
        symbolEnd = new Int32Array(count).fill(-1);
        let close = -1;
        let colon = -1;
        let eq = -1;
        let dot = -1;
        for (let i = count - 1; i >= 0; i--) {
            // The scan for the opener at i starts two tokens in, so fold token i + 2 in first.
            const kind = kinds[i + 2];
            if (kind === CH_RBRACKET)
                close = i + 2;
            else if (kinds[i + 3] === CH_RBRACKET) {
                if (kind === CH_COLON)
                    colon = i + 2;
                else if (kind === CH_EQ)
                    eq = i + 2;
                else if (kind === CH_DOT)
                    dot = i + 2;
            }
            if (kinds[i] !== CH_LBRACKET)
                continue;
            const type = kinds[i + 1];
            const found = type === CH_COLON ? colon : type === CH_EQ ? eq : type === CH_DOT ? dot : -1;
            if (found !== -1 && (type === CH_DOT || close === -1 || close > found))
                symbolEnd[i] = found + 2;
        }
    }
    const subBracket = (open) => (symbolEnd === undefined ? -1 : symbolEnd[open]);
    // endFrom[t]: the token after the `]` closing a bracket whose next member starts at token t, or
    // -1 when the pattern runs out and the opening `[` stays literal.
    const endFrom = new Int32Array(count + 2).fill(-1);
    const resume = (next, range) => {
        if (next >= count)
            return -1;
        if (range && kinds[next] === CH_DASH && next + 1 < count && kinds[next + 1] !== CH_RBRACKET) {
            let last = next + 1;
            if (kinds[last] === CH_BACKSLASH) {
                if (last + 1 >= count)
                    return -1;
                last++;
            }
            let after = last + 1;
            if (kinds[last] === CH_LBRACKET && kinds[last + 1] === CH_DOT) {
                const symbol = subBracket(last);
                if (symbol !== -1)
                    after = symbol;
            }
            else if (kinds[last] === 0 && members[last] > 1) {
                // The run's later members stay members, and its last one may start the next range.
                return endFrom[last];
            }
            if (after >= count)
                return -1;
            return kinds[after] === CH_RBRACKET ? after + 1 : endFrom[after];
        }
        return kinds[next] === CH_RBRACKET ? next + 1 : endFrom[next];
    };
    for (let t = count - 1; t >= 0; t--) {
        const kind = kinds[t];
        let after = t + 1;
        let range = true;
        if (kind === CH_BACKSLASH) {
            if (t + 1 >= count)
                continue;
            after = t + 2;
        }
        else if (kind === CH_LBRACKET) {
            const type = kinds[t + 1];
            if (type === CH_COLON || type === CH_EQ || type === CH_DOT) {
                const symbol = subBracket(t);
                if (symbol !== -1) {
                    after = symbol;
                    range = type === CH_DOT;
                }
            }
        }
        endFrom[t] = resume(after, range);
    }
    const ends = new Map();
    for (let t = 0; t < count; t++) {
        if (kinds[t] !== CH_LBRACKET)
            continue;
        let first = t + 1;
        if (kinds[first] === CH_BANG || kinds[first] === CH_CARET)
            first++;
        if (first >= count)
            continue;
        const close = kinds[first] === CH_RBRACKET ? resume(first + 1, true) : endFrom[first];
        if (close !== -1)
            ends.set(positions[t], positions[close - 1] + 1);
    }
    return ends;
}
function appendRange(source, start, end, parts, index, offset, result) {
    while (start < end) {
        while (parts && index < parts.length && parts[index].end <= start + offset)
            index++;
        const part = parts?.[index];
        if (part && part.pos === start + offset && part.end <= end + offset) {
            result.push(part);
            start = part.end - offset;
            index++;
            continue;
        }
        const stop = part ? Math.min(end, (part.pos > start + offset ? part.pos : part.end) - offset) : end;
        const text = source.slice(start, stop);
        result.push({ type: "Literal", pos: start + offset, end: stop + offset, text, value: unescapeBareValue(text) });
        start = stop;
    }
    return index;
}
function parseGlobParts(source, start, end, parts, offset = 0) {
    let result;
    let brackets;
    let partIndex = 0;
    let emittedIndex = 0;
    let literalStart = start;
    for (let pos = start; pos < end; pos++) {
        while (parts && partIndex < parts.length && parts[partIndex].end <= pos + offset)
            partIndex++;
        const part = parts?.[partIndex];
        if (part && part.pos <= pos + offset && part.type !== "Literal") {
            pos = part.end - offset - 1;
            continue;
        }
        const character = source.charCodeAt(pos);
        if (character === CH_BACKSLASH) {
            pos++;
            continue;
        }
        let globEnd;
        if (character === CH_STAR || character === CH_QUESTION) {
            const limit = part ? Math.min(end, part.end - offset) : end;
            // Embedded-word scans can leave extglob operators inside Literal parts.
            const next = skipLineContinuations(source, pos + 1, limit);
            if (next < limit && source.charCodeAt(next) === CH_LPAREN)
                continue;
            globEnd = pos + 1;
            if (character === CH_STAR) {
                while (globEnd < limit && source.charCodeAt(globEnd) === CH_STAR) {
                    const next = skipLineContinuations(source, globEnd + 1, limit);
                    if (next < limit && source.charCodeAt(next) === CH_LPAREN)
                        break;
                    globEnd++;
                }
            }
        }
        else if (character === CH_LBRACKET) {
            if (brackets === undefined)
                brackets = bracketEnds(source, pos, end, parts, offset);
            const close = brackets?.get(pos);
            if (close === undefined)
                continue;
            globEnd = close;
        }
        else {
            continue;
        }
        if (!result)
            result = [];
        emittedIndex = appendRange(source, literalStart, pos, parts, emittedIndex, offset, result);
        const text = source.slice(pos, globEnd);
        let glob;
        if (character === CH_LBRACKET) {
            const interior = [];
            emittedIndex = appendRange(source, pos + 1, globEnd - 1, parts, emittedIndex, offset, interior);
            glob = {
                type: "Glob",
                kind: "bracket",
                pos: pos + offset,
                end: globEnd + offset,
                text,
                value: "[" + wordPartsValue(interior) + "]",
                parts: interior,
            };
        }
        else {
            glob = {
                type: "Glob",
                kind: character === CH_STAR ? "star" : "question",
                pos: pos + offset,
                end: globEnd + offset,
                text,
                value: text,
                parts: undefined,
            };
        }
        result.push(glob);
        literalStart = globEnd;
        pos = globEnd - 1;
    }
    if (!result)
        return parts ?? undefined;
    appendRange(source, literalStart, end, parts, emittedIndex, offset, result);
    return result;
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/lexer.js







const Token = {
    Word: 0,
    Assignment: 1,
    Semi: 2,
    Newline: 3,
    Pipe: 4,
    And: 5,
    Or: 6,
    Amp: 7,
    LParen: 8,
    RParen: 9,
    LBrace: 10,
    RBrace: 11,
    Bang: 12,
    If: 13,
    Then: 14,
    Else: 15,
    Elif: 16,
    Fi: 17,
    Do: 18,
    Done: 19,
    For: 20,
    While: 21,
    Until: 22,
    In: 23,
    Case: 24,
    Esac: 25,
    Function: 26,
    DoubleSemi: 27,
    SemiAmp: 28,
    DoubleSemiAmp: 29,
    Select: 30,
    DblLBracket: 31,
    DblRBracket: 32,
    EOF: 33,
    ArithCmd: 34,
    Coproc: 35,
    Redirect: 36,
};
class TokenValue {
    token = Token.EOF;
    // Materialized token value, or null for word tokens whose value has not been
    // requested yet (computed from [pos, end) on demand via the owning lexer).
    _value = "";
    _owner;
    pos = 0;
    end = 0;
    fileDescriptor = undefined;
    variableName = undefined;
    descriptorEnd = 0;
    delimiterQuoted = false;
    content = undefined;
    targetPos = 0;
    targetEnd = 0;
    assignmentOperatorPos = -1;
    // True when `value` is exactly the raw source span [pos, end) — lets consumers
    // reuse the string instead of slicing the source again.
    raw = false;
    // True when a word contains no quoting, escaped characters, or expansions.
    // Backslash-newline continuations preserve keyword eligibility.
    keywordEligible = false;
    constructor(owner = null) {
        this._owner = owner;
    }
    get value() {
        return (this._value ?? (this._value = this._owner === null ? "" : this._owner._tokenValue(this.pos, this.end, this.raw)));
    }
    set value(v) {
        this._value = v;
    }
    reset() {
        this.token = Token.EOF;
        this._value = "";
        this.pos = 0;
        this.end = 0;
        this.fileDescriptor = undefined;
        this.variableName = undefined;
        this.descriptorEnd = 0;
        this.delimiterQuoted = false;
        this.content = undefined;
        this.targetPos = 0;
        this.targetEnd = 0;
        this.assignmentOperatorPos = -1;
        this.raw = false;
        this.keywordEligible = false;
    }
    copyFrom(other) {
        this.token = other.token;
        this._value = other._value;
        this.pos = other.pos;
        this.end = other.end;
        this.fileDescriptor = other.fileDescriptor;
        this.variableName = other.variableName;
        this.descriptorEnd = other.descriptorEnd;
        this.delimiterQuoted = other.delimiterQuoted;
        this.content = other.content;
        this.targetPos = other.targetPos;
        this.targetEnd = other.targetEnd;
        this.assignmentOperatorPos = other.assignmentOperatorPos;
        this.raw = other.raw;
        this.keywordEligible = other.keywordEligible;
    }
}
const RESERVED_WORDS = new Map([
    ["if", Token.If],
    ["then", Token.Then],
    ["else", Token.Else],
    ["elif", Token.Elif],
    ["fi", Token.Fi],
    ["do", Token.Do],
    ["done", Token.Done],
    ["for", Token.For],
    ["while", Token.While],
    ["until", Token.Until],
    ["in", Token.In],
    ["case", Token.Case],
    ["esac", Token.Esac],
    ["function", Token.Function],
    ["select", Token.Select],
    ["coproc", Token.Coproc],
    ["!", Token.Bang],
    ["{", Token.LBrace],
    ["}", Token.RBrace],
]);
// `name()` is a syntax error for these; `time`, `[[` and `]]` are matched positionally
// rather than through RESERVED_WORDS, and a name spelled like an assignment reads as a prefix.
function requiresFunctionKeyword(name) {
    return RESERVED_WORDS.has(name) || name === "time" || name === "[[" || name === "]]" || name.includes("=");
}
// Combined character type table — bit 0: metachar, bit 1: word-special
const charType = new Uint8Array(128);
charType[CH_PIPE] = 1;
charType[CH_AMP] = 1;
charType[CH_SEMI] = 1;
charType[CH_LPAREN] = 1;
charType[CH_RPAREN] = 1;
charType[CH_LT] = 1;
charType[CH_GT] = 1;
charType[CH_SPACE] = 1;
charType[CH_TAB] = 1;
charType[CH_NL] = 1;
charType[CH_BACKSLASH] = 2;
charType[CH_SQUOTE] = 2;
charType[CH_DQUOTE] = 2;
charType[CH_DOLLAR] = 2;
charType[CH_BACKTICK] = 2;
charType[CH_LBRACE] = 2;
function skipBlanks(source, pos, end) {
    while (pos < end) {
        const ch = source.charCodeAt(pos);
        if (ch === CH_SPACE || ch === CH_TAB)
            pos++;
        else if (ch === CH_BACKSLASH && pos + 1 < end && source.charCodeAt(pos + 1) === CH_NL)
            pos += 2;
        else
            break;
    }
    return pos;
}
const arithmeticWordDelimiter = new Uint8Array(128);
for (const ch of [
    CH_TAB,
    CH_NL,
    CH_SPACE,
    CH_BANG,
    CH_PERCENT,
    CH_AMP,
    CH_LPAREN,
    CH_RPAREN,
    CH_STAR,
    CH_PLUS,
    CH_COMMA,
    CH_DASH,
    CH_SLASH,
    CH_COLON,
    CH_LT,
    CH_EQ,
    CH_GT,
    CH_QUESTION,
    CH_CARET,
    CH_PIPE,
]) {
    arithmeticWordDelimiter[ch] = 1;
}
function hasEmbeddedWordStructure(source, start, end) {
    for (let pos = start; pos < end; pos++) {
        const ch = source.charCodeAt(pos);
        if (ch === CH_BACKSLASH ||
            ch === CH_SQUOTE ||
            ch === CH_DQUOTE ||
            ch === CH_DOLLAR ||
            ch === CH_BACKTICK ||
            ((ch === CH_LT || ch === CH_GT) && pos + 1 < end && source.charCodeAt(pos + 1) === CH_LPAREN)) {
            return true;
        }
    }
    return false;
}
function findUnnested(s, target, pairTernaries = false, findNestedEnd) {
    let depth = 0;
    let ternaryDepth = 0;
    for (let i = 0; i < s.length; i++) {
        const c = s.charCodeAt(i);
        if (c === CH_BACKSLASH) {
            i++;
            continue;
        }
        if (c === CH_LBRACE) {
            depth++;
            continue;
        }
        if (c === CH_RBRACE) {
            if (depth > 0)
                depth--;
            continue;
        }
        if (c === CH_SQUOTE) {
            i++;
            while (i < s.length && s.charCodeAt(i) !== CH_SQUOTE)
                i++;
            continue;
        }
        if (c === CH_DQUOTE) {
            i++;
            while (i < s.length) {
                const quoted = s.charCodeAt(i);
                if (quoted === CH_DQUOTE)
                    break;
                if (quoted === CH_BACKSLASH) {
                    i += 2;
                    continue;
                }
                const nestedEnd = findNestedEnd?.(i, true) ?? i;
                if (nestedEnd > i) {
                    i = nestedEnd;
                    continue;
                }
                i++;
            }
            continue;
        }
        const nestedEnd = findNestedEnd?.(i, false) ?? i;
        if (nestedEnd > i) {
            i = nestedEnd - 1;
            continue;
        }
        if (pairTernaries && depth === 0) {
            if (c === CH_QUESTION) {
                ternaryDepth++;
                continue;
            }
            if (c === CH_COLON && ternaryDepth > 0) {
                ternaryDepth--;
                continue;
            }
        }
        if (c === target && depth === 0)
            return i;
    }
    return -1;
}
// Lookup: identifier chars (a-z, A-Z, 0-9, _) — bit 0: start, bit 1: continue
const isIdChar = new Uint8Array(128);
for (let i = CH_a; i <= CH_z; i++)
    isIdChar[i] = 3;
for (let i = CH_A; i <= CH_Z; i++)
    isIdChar[i] = 3;
for (let i = CH_0; i <= CH_9; i++)
    isIdChar[i] = 2;
isIdChar[CH_UNDERSCORE] = 3;
const extglobPrefix = new Uint8Array(128);
extglobPrefix[CH_QUESTION] = 1;
extglobPrefix[CH_AT] = 1;
extglobPrefix[CH_STAR] = 1;
extglobPrefix[CH_PLUS] = 1;
extglobPrefix[CH_BANG] = 1;
extglobPrefix[CH_EQ] = 1;
// `=(` opens an array value, not a pattern.
function isExtglobOpen(prefix) {
    return prefix < 128 && prefix !== CH_EQ && extglobPrefix[prefix] === 1;
}
const extglobOp = {
    [CH_QUESTION]: "?",
    [CH_AT]: "@",
    [CH_STAR]: "*",
    [CH_PLUS]: "+",
    [CH_BANG]: "!",
};
function isDQChild(p) {
    const t = p.type;
    return (t === "Literal" ||
        t === "SimpleExpansion" ||
        t === "ParameterExpansion" ||
        t === "CommandExpansion" ||
        t === "ArithmeticExpansion");
}
function isAllDigitsRange(src, start, end) {
    for (let i = start; i < end; i++) {
        const c = src.charCodeAt(i);
        if (c < CH_0 || c > CH_9)
            return false;
    }
    return end > start;
}
const ASSIGNMENT_INVALID = -1;
const ASSIGNMENT_NAME_START = 0;
const ASSIGNMENT_NAME = 1;
const ASSIGNMENT_AFTER_INDEX = 2;
const ASSIGNMENT_AFTER_PLUS = 3;
const ASSIGNMENT_INDEX_BASE = 4;
function joinWordParts(head, tail) {
    const last = head[head.length - 1];
    const first = tail[0];
    let start = 0;
    if (last?.type === "Literal" && first?.type === "Literal" && last.end === first.pos) {
        head[head.length - 1] = {
            type: "Literal",
            pos: last.pos,
            end: first.end,
            text: last.text + first.text,
            value: last.value + first.value,
        };
        start = 1;
    }
    for (let i = start; i < tail.length; i++)
        head.push(tail[i]);
    return head;
}
function isMatchedAssignment(state) {
    return state < ASSIGNMENT_INVALID;
}
function assignmentOperatorPos(state) {
    return -state - 2;
}
function scanAssignmentPrefix(src, start, end, initialState) {
    let state = initialState;
    for (let i = start; i < end && state >= 0; i++) {
        const c = src.charCodeAt(i);
        if (state >= ASSIGNMENT_INDEX_BASE) {
            if (c === CH_LBRACKET)
                state++;
            else if (c === CH_RBRACKET && --state === ASSIGNMENT_INDEX_BASE)
                state = ASSIGNMENT_AFTER_INDEX;
        }
        else if (state === ASSIGNMENT_NAME_START) {
            state = c < 128 && isIdChar[c] & 1 ? ASSIGNMENT_NAME : ASSIGNMENT_INVALID;
        }
        else if (state === ASSIGNMENT_NAME) {
            if (c < 128 && isIdChar[c] & 2)
                continue;
            if (c === CH_LBRACKET)
                state = ASSIGNMENT_INDEX_BASE + 1;
            else if (c === CH_PLUS)
                state = ASSIGNMENT_AFTER_PLUS;
            else
                state = c === CH_EQ ? -i - 2 : ASSIGNMENT_INVALID;
        }
        else if (state === ASSIGNMENT_AFTER_INDEX) {
            if (c === CH_PLUS)
                state = ASSIGNMENT_AFTER_PLUS;
            else
                state = c === CH_EQ ? -i - 2 : ASSIGNMENT_INVALID;
        }
        else {
            state = c === CH_EQ ? -i - 2 : ASSIGNMENT_INVALID;
        }
    }
    return state;
}
function setToken(out, token, value, pos = 0, end = 0) {
    out.token = token;
    out._value = value;
    out.pos = pos;
    out.end = end;
    out.fileDescriptor = undefined;
    out.variableName = undefined;
    out.descriptorEnd = 0;
    out.delimiterQuoted = false;
    out.content = undefined;
    out.assignmentOperatorPos = -1;
    out.raw = false;
    out.keywordEligible = false;
}
// Word token over [pos, end) whose value materializes on first access.
function setSpanToken(out, token, pos, end, raw) {
    out.token = token;
    out._value = null;
    out.pos = pos;
    out.end = end;
    out.fileDescriptor = undefined;
    out.variableName = undefined;
    out.descriptorEnd = 0;
    out.delimiterQuoted = false;
    out.content = undefined;
    out.assignmentOperatorPos = -1;
    out.raw = raw;
    out.keywordEligible = false;
}
// Positional reserved-word match over src[start, start+len) — no slice. Mirrors
// RESERVED_WORDS; first-char dispatch plus length checks reject fast.
function matchReservedWord(src, start, len) {
    switch (src.charCodeAt(start)) {
        case CH_BANG:
            return len === 1 ? Token.Bang : undefined;
        case CH_LBRACE:
            return len === 1 ? Token.LBrace : undefined;
        case CH_RBRACE:
            return len === 1 ? Token.RBrace : undefined;
        case 0x69 /* i */: {
            if (len !== 2)
                return undefined;
            const c = src.charCodeAt(start + 1);
            return c === 0x66 /* f */ ? Token.If : c === 0x6e /* n */ ? Token.In : undefined;
        }
        case 0x66 /* f */:
            if (len === 2)
                return src.charCodeAt(start + 1) === 0x69 /* i */ ? Token.Fi : undefined;
            if (len === 3)
                return src.startsWith("for", start) ? Token.For : undefined;
            if (len === 8)
                return src.startsWith("function", start) ? Token.Function : undefined;
            return undefined;
        case 0x74 /* t */:
            return len === 4 && src.startsWith("then", start) ? Token.Then : undefined;
        case 0x65 /* e */:
            if (len !== 4)
                return undefined;
            if (src.startsWith("else", start))
                return Token.Else;
            if (src.startsWith("elif", start))
                return Token.Elif;
            if (src.startsWith("esac", start))
                return Token.Esac;
            return undefined;
        case 0x64 /* d */:
            if (len === 2)
                return src.charCodeAt(start + 1) === 0x6f /* o */ ? Token.Do : undefined;
            if (len === 4)
                return src.startsWith("done", start) ? Token.Done : undefined;
            return undefined;
        case 0x63 /* c */:
            if (len === 4)
                return src.startsWith("case", start) ? Token.Case : undefined;
            if (len === 6)
                return src.startsWith("coproc", start) ? Token.Coproc : undefined;
            return undefined;
        case 0x77 /* w */:
            return len === 5 && src.startsWith("while", start) ? Token.While : undefined;
        case 0x75 /* u */:
            return len === 5 && src.startsWith("until", start) ? Token.Until : undefined;
        case 0x73 /* s */:
            return len === 6 && src.startsWith("select", start) ? Token.Select : undefined;
        default:
            return undefined;
    }
}
const LexContext = {
    Normal: 0,
    CommandStart: 1,
    TestMode: 2,
    // After a prefix element: assignments still recognized, reserved words not.
    CommandPrefix: 3,
    // Assignment arguments retain ordinary word boundaries inside subscripts.
    Declaration: 4,
    ArrayElement: 5,
    FunctionName: 6,
    CasePattern: 7,
    // Arguments of eval and let: ordinary words, but `name=(…)` keeps its array value as in Bash.
    EvalArgument: 8,
};
// `${` followed by blank, newline or `|` opens a brace command substitution, not a parameter.
function isBraceCommandOpener(after) {
    return after === CH_SPACE || after === CH_TAB || after === CH_NL || after === CH_PIPE;
}
class Lexer {
    static _findSubstitutionEnd;
    src;
    srcEnd;
    parenBoundary;
    pos;
    current;
    nextState;
    hasPeek;
    pendingHereDocs;
    substitutionContext;
    _errors = null;
    _buildParts = false;
    // Build processed text while scanning. Off on the normal token path (values
    // materialize lazily); on for redirect targets, heredoc delimiters, arithmetic
    // command bodies, and bounded value re-lexes. _buildParts implies it.
    _buildValue = false;
    // Nesting depth of the window being lexed (enclosing sub-fields plus substitution
    // scripts), sharing the MAX_SYNTAX_NESTING budget across lazily created lexers.
    _nestingDepth = 0;
    // `start`/`end` bound the lexer to a window of `src` so substitution scripts can be
    // parsed in place against the original source — every position is then absolute, with
    // no slicing or re-basing. Defaults cover the whole string (the common top-level parse).
    constructor(src, start = 0, end = src.length, parenBoundary = false, context = createSubstitutionContext()) {
        this.src = src;
        this.srcEnd = end;
        this.parenBoundary = parenBoundary;
        this.pos = start;
        this.current = new TokenValue(this);
        this.nextState = new TokenValue(this);
        this.hasPeek = false;
        this.pendingHereDocs = null;
        this.substitutionContext = context;
        if (start === 0 && src.charCodeAt(0) === CH_HASH && src.charCodeAt(1) === CH_BANG) {
            const nl = src.indexOf("\n");
            this.pos = nl === -1 ? this.srcEnd : nl + 1;
        }
    }
    getSource() {
        return this.src;
    }
    // Fresh window sharing source, depth and substitution context; tokens, errors, heredocs and build flags reset.
    fork(start, end, parenBoundary = false) {
        const lexer = new Lexer(this.src, start, end, parenBoundary, this.substitutionContext);
        lexer._nestingDepth = this._nestingDepth;
        return lexer;
    }
    getSubstitutionContext() {
        return this.substitutionContext;
    }
    get errors() {
        return this._errors ?? (this._errors = []);
    }
    // A substitution's script parses lazily, one level below the window it was found in, in
    // place over `inner` at `start`, sharing this scan's substitution boundaries.
    commandExpansion(pos, text, start, inner, parenBoundary = false) {
        const window = this.scriptWindow(this.src, start, start + inner.length, parenBoundary);
        return new ScriptExpansionImpl("CommandExpansion", pos, this.pos, text, window);
    }
    // Escaped backticks rebuild `inner` with the escapes removed, so it is no longer a verbatim
    // substring of the source: that script parses the decoded body as its own source.
    decodedCommandExpansion(pos, text, inner) {
        const window = this.scriptWindow(inner, 0, inner.length, false, true);
        return new ScriptExpansionImpl("CommandExpansion", pos, this.pos, text, window);
    }
    processSubstitution(pos, text, operator, inner) {
        const window = this.scriptWindow(this.src, pos + 2, pos + 2 + inner.length, !this._unbalanced);
        return new ProcessSubstitutionImpl(pos, this.pos, text, operator, window);
    }
    // Past the nesting budget the part gets no window, so lazy materialization bottoms out.
    scriptWindow(source, start, end, parenBoundary, decoded = false) {
        if (this._nestingDepth > MAX_SYNTAX_NESTING)
            return undefined;
        const context = decoded ? undefined : this.substitutionContext;
        return { source, start, end, depth: this._nestingDepth + 1, parenBoundary, context };
    }
    getPos() {
        return this.pos;
    }
    findSubstitutionEnd(start, end, depth = this._nestingDepth + 1) {
        if (Lexer._findSubstitutionEnd === undefined)
            return -1;
        return Lexer._findSubstitutionEnd(this.src, start, end, depth, this.substitutionContext);
    }
    /** Materialize a word token's value: raw spans slice directly, others re-lex the span. */
    _tokenValue(pos, end, raw) {
        return raw ? this.src.slice(pos, end) : this.wordValueOf(pos, end);
    }
    // Re-lex [start, end) in value mode to produce the processed word text. Bounded
    // to the span, so every expansion the original scan consumed closes within it.
    // Errors were already reported by the original scan; suppress duplicates.
    wordValueOf(start, end) {
        const savedPos = this.pos;
        const savedEnd = this.srcEnd;
        const savedBracketWindow = this._bracketWindow;
        const savedArithmeticBracketWindow = this._arithmeticBracketWindow;
        const savedBuildValue = this._buildValue;
        const savedUnbalanced = this._unbalanced;
        const errorCount = this._errors === null ? 0 : this._errors.length;
        this.pos = start;
        this.srcEnd = end;
        this._buildValue = true;
        this.readWordText();
        if (this.pos < end &&
            this._wordAssignmentState !== undefined &&
            this._wordAssignmentState >= ASSIGNMENT_INDEX_BASE) {
            this.pos = start;
            this.readWordText(true);
        }
        const value = this._wordText;
        this.pos = savedPos;
        this.srcEnd = savedEnd;
        this._bracketWindow = savedBracketWindow;
        this._arithmeticBracketWindow = savedArithmeticBracketWindow;
        this._buildValue = savedBuildValue;
        this._unbalanced = savedUnbalanced;
        if (this._errors !== null)
            this._errors.length = errorCount;
        return value;
    }
    /** Find the closing bracket for a shell subscript, ignoring brackets inside nested shell syntax. */
    findClosingBracket(start, end = this.srcEnd) {
        // A failed search scans to the end and every unclosed subscript at a command position
        // retries it, so answer from the last bracket in the window first.
        const limit = Math.min(end, this.srcEnd);
        let window = this._bracketWindow;
        if (!window || window.limit !== limit) {
            window = { limit, depth: this._nestingDepth, last: this.src.lastIndexOf("]", limit - 1) };
            this._bracketWindow = window;
        }
        if (start > window.last)
            return -1;
        if (window.depth !== this._nestingDepth) {
            window = { limit, depth: this._nestingDepth, last: window.last };
            this._bracketWindow = window;
        }
        if (window.failed?.has(start))
            return -1;
        const unmatched = [];
        const close = this.findClosingShellDelimiter(start, end, CH_RBRACKET, false, true, unmatched);
        if (close === -1) {
            const failed = window.failed ?? (window.failed = new Set());
            for (const starts of unmatched)
                for (const pos of starts)
                    failed.add(pos);
        }
        return close;
    }
    /** Find the closing bracket of `$[ … ]`, which unlike a subscript does not recurse into `${ }`. */
    findClosingArithmeticBracket(start, end = this.srcEnd) {
        const limit = Math.min(end, this.srcEnd);
        let window = this._arithmeticBracketWindow;
        if (!window || window.end !== limit || window.depth !== this._nestingDepth) {
            window = { end: limit, depth: this._nestingDepth, failed: new Set() };
            this._arithmeticBracketWindow = window;
        }
        if (window.failed.has(start))
            return -1;
        return this.findClosingShellDelimiter(start, end, CH_RBRACKET, false, false, undefined, window.failed);
    }
    /** Find the closing brace for a parameter expansion, ignoring braces inside nested shell syntax. */
    findClosingBrace(start, end = this.srcEnd) {
        return this.findClosingShellDelimiter(start, end, CH_RBRACE);
    }
    /** Find the closing parenthesis for a shell substitution using the command-aware scanner. */
    findClosingParenthesis(start, end = this.srcEnd) {
        const savedPos = this.pos;
        const savedEnd = this.srcEnd;
        const savedBracketWindow = this._bracketWindow;
        const savedArithmeticBracketWindow = this._arithmeticBracketWindow;
        const savedUnbalanced = this._unbalanced;
        this.pos = start;
        this.srcEnd = Math.min(end, this.srcEnd);
        this.extractBalanced();
        const close = this._unbalanced ? -1 : this.pos - 1;
        this.pos = savedPos;
        this.srcEnd = savedEnd;
        this._bracketWindow = savedBracketWindow;
        this._arithmeticBracketWindow = savedArithmeticBracketWindow;
        this._unbalanced = savedUnbalanced;
        return close;
    }
    /** Find the end of one arithmetic expansion using the canonical lexer scanner. */
    findArithmeticExpansionEnd(start, end = this.srcEnd) {
        const scanner = this.fork(start, end);
        scanner.pos = start + 1;
        scanner.scanArithmeticBody();
        return scanner.pos;
    }
    /** Find the end of one shell-expanded arithmetic word using the canonical lexer scanners. */
    findArithmeticWordEnd(start, end = this.srcEnd) {
        const scanner = this.fork(start, end);
        scanner.pos = start;
        return scanner.scanArithmeticWordEnd();
    }
    scanArithmeticWordEnd() {
        while (this.pos < this.srcEnd) {
            const ch = this.src.charCodeAt(this.pos);
            if (ch === CH_DOLLAR) {
                this.readDollar();
                continue;
            }
            if (ch === CH_BACKTICK) {
                this.readBacktickExpansion();
                continue;
            }
            if (ch === CH_SQUOTE) {
                this.pos++;
                this.skipSQ();
                continue;
            }
            if (ch === CH_DQUOTE) {
                this.pos++;
                this.skipDQ();
                continue;
            }
            if (ch === CH_BACKSLASH) {
                this.pos += 2;
                continue;
            }
            if (ch === CH_LBRACKET) {
                const close = this.findClosingBracket(this.pos + 1);
                if (close !== -1) {
                    this.pos = close + 1;
                    continue;
                }
            }
            if ((ch === CH_LT || ch === CH_GT) && this.src.charCodeAt(this.pos + 1) === CH_LPAREN) {
                this.pos += 2;
                this.extractBalanced();
                continue;
            }
            if (ch < 128 && arithmeticWordDelimiter[ch])
                break;
            this.pos++;
        }
        return this.pos;
    }
    // Only array assignment bodies take comments and leading `[` subscripts and reject operators;
    // extglob shares this scanner, and `#` is pattern data there.
    findClosingShellDelimiter(start, end, closing, array = false, braces = true, bracketStarts, failedBrackets) {
        const savedPos = this.pos;
        const savedEnd = this.srcEnd;
        const savedBracketWindow = this._bracketWindow;
        const savedArithmeticBracketWindow = this._arithmeticBracketWindow;
        const savedUnbalanced = this._unbalanced;
        this.srcEnd = Math.min(end, this.srcEnd);
        const delimiters = [closing];
        bracketStarts?.push([]);
        const failedStarts = failedBrackets ? [start] : undefined;
        let pos = start;
        let wordStart = true;
        let invalid = -1;
        while (pos < this.srcEnd) {
            const expected = delimiters[delimiters.length - 1];
            // Only visited positions in bracket scopes are equivalent fresh searches. Recovery
            // can reinterpret quotes/comments, so positions inside skipped syntax stay uncached.
            if (bracketStarts && expected === CH_RBRACKET)
                bracketStarts[bracketStarts.length - 1].push(pos);
            const ch = this.src.charCodeAt(pos);
            if (ch === CH_BACKSLASH) {
                if (pos + 1 < this.srcEnd && this.src.charCodeAt(pos + 1) !== CH_NL)
                    wordStart = false;
                pos += 2;
                continue;
            }
            if (ch === CH_HASH && array && delimiters.length === 1 && wordStart) {
                while (pos < this.srcEnd && this.src.charCodeAt(pos) !== CH_NL)
                    pos++;
                continue;
            }
            if (ch === CH_SQUOTE) {
                this.pos = pos + 1;
                this.skipSQ();
                pos = this.pos;
                wordStart = false;
                continue;
            }
            if (ch === CH_DQUOTE) {
                this.pos = pos + 1;
                this.skipDQ();
                pos = this.pos;
                wordStart = false;
                continue;
            }
            if (ch === CH_BACKTICK) {
                pos++;
                while (pos < this.srcEnd && this.src.charCodeAt(pos) !== CH_BACKTICK) {
                    if (this.src.charCodeAt(pos) === CH_BACKSLASH)
                        pos++;
                    pos++;
                }
                if (pos < this.srcEnd)
                    pos++;
                wordStart = false;
                continue;
            }
            if ((ch === CH_DOLLAR && pos + 1 < this.srcEnd && this.src.charCodeAt(pos + 1) === CH_LPAREN) ||
                ((ch === CH_LT || ch === CH_GT) && pos + 1 < this.srcEnd && this.src.charCodeAt(pos + 1) === CH_LPAREN)) {
                this.pos = pos + 2;
                this.extractBalanced();
                pos = this.pos;
                wordStart = false;
                continue;
            }
            if (ch === CH_DOLLAR && pos + 1 < this.srcEnd) {
                const after = this.src.charCodeAt(pos + 1);
                if (after === CH_SQUOTE) {
                    pos = decodeAnsiCQuoted(this.src, pos + 2, this.srcEnd).end;
                    wordStart = false;
                    continue;
                }
                if (after === CH_DOLLAR) {
                    pos += 2; // `$$` consumes its second `$`, so a `{` after it opens nothing
                    wordStart = false;
                    continue;
                }
                if (after === CH_LBRACE && braces) {
                    delimiters.push(CH_RBRACE);
                    bracketStarts?.push([]);
                    pos += 2;
                    wordStart = false;
                    continue;
                }
            }
            if (array && delimiters.length === 1) {
                if (ch === CH_LBRACKET && wordStart) {
                    delimiters.push(CH_RBRACKET);
                    bracketStarts?.push([]);
                }
                else if (invalid === -1 &&
                    (ch === CH_SEMI ||
                        ch === CH_AMP ||
                        ch === CH_PIPE ||
                        ch === CH_LT ||
                        ch === CH_GT ||
                        (ch === CH_LPAREN && !isExtglobOpen(this.src.charCodeAt(pos - 1))))) {
                    invalid = pos;
                }
            }
            if (expected === CH_RBRACKET && ch === CH_LBRACKET) {
                delimiters.push(CH_RBRACKET);
                bracketStarts?.push([]);
                failedStarts?.push(pos + 1);
            }
            else if (expected === CH_RPAREN && ch === CH_LPAREN) {
                delimiters.push(CH_RPAREN);
                bracketStarts?.push([]);
            }
            else if (ch === expected) {
                delimiters.pop();
                failedStarts?.pop();
                bracketStarts?.pop();
                if (delimiters.length === 0) {
                    this.pos = savedPos;
                    this.srcEnd = savedEnd;
                    this._bracketWindow = savedBracketWindow;
                    this._arithmeticBracketWindow = savedArithmeticBracketWindow;
                    this._unbalanced = savedUnbalanced;
                    if (invalid !== -1)
                        this.errors.push({ message: `unexpected '${this.src[invalid]}' in array assignment`, pos: invalid });
                    return pos;
                }
                wordStart = false;
                pos++;
                continue;
            }
            wordStart = ch < 128 && (charType[ch] & 1) !== 0;
            pos++;
        }
        // Only still-open brackets share this failure; closed inner expansions remain observable.
        if (failedStarts)
            for (const start of failedStarts)
                failedBrackets.add(start);
        this.pos = savedPos;
        this.srcEnd = savedEnd;
        this._bracketWindow = savedBracketWindow;
        this._arithmeticBracketWindow = savedArithmeticBracketWindow;
        this._unbalanced = savedUnbalanced;
        return -1;
    }
    // End of the brace expansion opened at `start`, or -1. As in Bash's brace_gobbler, quotes,
    // escapes, parameter expansions and substitutions are opaque; an unquoted metacharacter
    // ends the word before the brace closes. The word scan reports errors in the skipped text.
    scanBraceExpansion(start, results) {
        const src = this.src;
        const len = this.srcEnd;
        const cached = results.get(start);
        if (cached !== undefined)
            return cached;
        const savedPos = this.pos;
        const savedUnbalanced = this._unbalanced;
        const errorCount = this._errors === null ? 0 : this._errors.length;
        // Opener/separator pairs resolve each nested scope even when its outer scope fails.
        const frames = [start, 0];
        let pos = start + 1;
        while (pos < len) {
            const ch = src.charCodeAt(pos);
            const type = ch < 128 ? charType[ch] : 0;
            if (type === 0) {
                pos++;
                if (ch === CH_RBRACE) {
                    const hasSep = frames.pop();
                    results.set(frames.pop(), hasSep ? pos : -1);
                    if (frames.length === 0)
                        break;
                }
                else if (ch === 0x2c /* , */ || (ch === 0x2e /* . */ && src.charCodeAt(pos) === 0x2e)) {
                    frames[frames.length - 1] = 1;
                }
                continue;
            }
            const next = pos + 1 < len ? src.charCodeAt(pos + 1) : 0;
            if (type & 1) {
                if (next === CH_LPAREN && (ch === CH_LT || ch === CH_GT)) {
                    this.pos = pos + 2;
                    this.extractBalanced();
                    pos = this.pos;
                }
                else if (ch === CH_LPAREN && isExtglobOpen(src.charCodeAt(pos - 1))) {
                    const close = this.findClosingShellDelimiter(pos + 1, len, CH_RPAREN);
                    if (close === -1)
                        break;
                    pos = close + 1;
                }
                else {
                    break;
                }
            }
            else if (ch === CH_BACKSLASH) {
                pos += 2;
            }
            else if (ch === CH_SQUOTE) {
                this.pos = pos + 1;
                this.skipSQ();
                pos = this.pos;
            }
            else if (ch === CH_DQUOTE) {
                this.pos = pos + 1;
                this.skipDQ();
                pos = this.pos;
            }
            else if (ch === CH_BACKTICK) {
                pos++;
                while (pos < len && src.charCodeAt(pos) !== CH_BACKTICK)
                    pos += src.charCodeAt(pos) === CH_BACKSLASH ? 2 : 1;
                pos++;
            }
            else if (ch === CH_LBRACE) {
                frames.push(pos, 0);
                pos++;
            }
            else if (next === CH_SQUOTE) {
                pos = decodeAnsiCQuoted(src, pos + 2, len).end;
            }
            else if (next === CH_LBRACE) {
                const close = this.findClosingBrace(pos + 2, len);
                if (close === -1)
                    break;
                pos = close + 1;
            }
            else if (next === CH_LPAREN) {
                this.pos = pos + 2;
                this.extractBalanced();
                pos = this.pos;
            }
            else {
                pos++;
            }
        }
        this.pos = savedPos;
        this._unbalanced = savedUnbalanced;
        if (this._errors !== null)
            this._errors.length = errorCount;
        for (let index = 0; index < frames.length; index += 2)
            results.set(frames[index], -1);
        return results.get(start);
    }
    skipSubshellBody() {
        this.extractBalanced(false);
        return this._unbalanced ? -1 : this.pos;
    }
    skipCompoundBody(closeToken) {
        const frames = [
            { close: closeToken, phase: closeToken === Token.Esac ? "case-pattern" : "commands" },
        ];
        let commandStart = true;
        for (;;) {
            const phase = frames[frames.length - 1].phase;
            let ctx = commandStart ? LexContext.CommandStart : LexContext.Normal;
            if (phase === "function-name")
                ctx = LexContext.FunctionName;
            else if (phase === "case-pattern" && commandStart)
                ctx = LexContext.CasePattern;
            const value = this.next(ctx);
            const token = value.token;
            if (token === Token.EOF)
                return -1;
            const last = frames.length - 1;
            const frame = frames[last];
            if (frame.phase === "function-name") {
                if (token === Token.Newline)
                    continue;
                frame.phase = "function-body";
                commandStart = true;
                continue;
            }
            else if (frame.phase === "function-body") {
                if (token === Token.Newline)
                    continue;
                frame.phase = "commands";
                commandStart = true;
                if (token === Token.LParen && this.peek(LexContext.Normal).token === Token.RParen) {
                    this.next(LexContext.Normal);
                    frame.phase = "function-body";
                    continue;
                }
            }
            else if (frame.phase === "coproc-command") {
                if (token === Token.Newline)
                    continue;
                if (token === Token.Word) {
                    frame.phase = "coproc-body";
                    commandStart = true;
                    continue;
                }
                frame.phase = "commands";
                commandStart = true;
            }
            else if (frame.phase === "coproc-body") {
                if (token === Token.Newline)
                    continue;
                frame.phase =
                    token === Token.Word && value.keywordEligible && value.value === "time" ? "time-command" : "commands";
                commandStart = true;
                if (frame.phase === "time-command")
                    continue;
            }
            else if (frame.phase === "time-command") {
                if (token === Token.Word && value.keywordEligible && value.value === "-p") {
                    frame.phase = "time-command-after-p";
                    continue;
                }
                if (token === Token.Word && value.keywordEligible && value.value === "--") {
                    frame.phase = "commands";
                    continue;
                }
                frame.phase = "commands";
                commandStart = true;
            }
            else if (frame.phase === "time-command-after-p") {
                if (token === Token.Word && value.keywordEligible && value.value === "--") {
                    frame.phase = "commands";
                    continue;
                }
                frame.phase = "commands";
                commandStart = true;
            }
            else if (frame.phase === "for-header") {
                if (token === Token.ArithCmd || token === Token.Semi || token === Token.Newline) {
                    commandStart = true;
                    continue;
                }
                if (token === Token.Do || token === Token.LBrace) {
                    frame.close = token === Token.Do ? Token.Done : Token.RBrace;
                    frame.phase = "commands";
                    commandStart = true;
                    continue;
                }
            }
            else if (frame.phase === "case-word") {
                if (token === Token.Newline)
                    continue;
                frame.phase = "case-in";
                commandStart = false;
                continue;
            }
            else if (frame.phase === "case-in") {
                if (token === Token.Newline) {
                    commandStart = true;
                    continue;
                }
                frame.phase = "case-pattern";
                commandStart = true;
                continue;
            }
            else if (frame.phase === "case-pattern") {
                if (token === Token.Esac && commandStart) {
                    frames.pop();
                    if (frames.length === 0)
                        return value.end;
                    commandStart = false;
                    continue;
                }
                if (token === Token.RParen) {
                    frame.phase = "commands";
                    commandStart = true;
                }
                else {
                    commandStart = token === Token.Newline;
                }
                continue;
            }
            if (token === frame.close) {
                frames.pop();
                if (frames.length === 0)
                    return value.end;
                commandStart = false;
                continue;
            }
            if (commandStart) {
                switch (token) {
                    case Token.LParen:
                        frames.push({ close: Token.RParen, phase: "commands" });
                        break;
                    case Token.LBrace:
                        frames.push({ close: Token.RBrace, phase: "commands" });
                        break;
                    case Token.If:
                        frames.push({ close: Token.Fi, phase: "commands" });
                        break;
                    case Token.For:
                        frames.push({ close: Token.Done, phase: "for-header" });
                        break;
                    case Token.While:
                    case Token.Until:
                    case Token.Select:
                        frames.push({ close: Token.Done, phase: "commands" });
                        break;
                    case Token.Case:
                        frames.push({ close: Token.Esac, phase: "case-word" });
                        break;
                    case Token.DblLBracket:
                        if (!this.skipTestCommandBody())
                            return -1;
                        commandStart = false;
                        continue;
                    case Token.Assignment:
                    case Token.Redirect:
                    case Token.Bang:
                    case Token.Then:
                    case Token.Else:
                    case Token.Elif:
                    case Token.Do:
                    case Token.In:
                        break;
                    case Token.Semi:
                    case Token.Newline:
                    case Token.Pipe:
                    case Token.And:
                    case Token.Or:
                    case Token.Amp:
                    case Token.DoubleSemi:
                    case Token.SemiAmp:
                    case Token.DoubleSemiAmp:
                        break;
                    case Token.Function:
                        frame.phase = "function-name";
                        break;
                    case Token.Coproc:
                        frame.phase = "coproc-command";
                        break;
                    default:
                        if (token === Token.Word && value.keywordEligible && value.value === "time") {
                            frame.phase = "time-command";
                            commandStart = true;
                        }
                        else {
                            commandStart = false;
                        }
                        continue;
                }
            }
            switch (token) {
                case Token.Semi:
                case Token.Newline:
                case Token.Pipe:
                case Token.And:
                case Token.Or:
                case Token.Amp:
                    commandStart = true;
                    break;
                case Token.DoubleSemi:
                case Token.SemiAmp:
                case Token.DoubleSemiAmp:
                    if (frame.close === Token.Esac)
                        frame.phase = "case-pattern";
                    commandStart = true;
                    break;
                case Token.RParen:
                    commandStart = true;
                    break;
            }
        }
    }
    skipTestGroup() {
        let depth = 1;
        for (;;) {
            const value = this.next(LexContext.TestMode);
            if (value.token === Token.EOF)
                return -1;
            if (value.token === Token.DblRBracket) {
                this.unshift(value);
                return -1;
            }
            if (value.token === Token.LParen)
                depth++;
            else if (value.token === Token.RParen && --depth === 0)
                return value.end;
        }
    }
    skipTestCommandBody() {
        for (;;) {
            const token = this.next(LexContext.TestMode).token;
            if (token === Token.DblRBracket)
                return true;
            if (token === Token.EOF)
                return false;
        }
    }
    /** Set position and scan a word, building parts. Used by computeWordParts. */
    buildWordParts(startPos) {
        this._buildParts = true;
        this.pos = startPos;
        // Handle process substitution words <(...) and >(...)
        const ch = this.src.charCodeAt(startPos);
        if ((ch === 0x3c /* < */ || ch === 0x3e) /* > */ &&
            startPos + 1 < this.srcEnd &&
            this.src.charCodeAt(startPos + 1) === 0x28 /* ( */) {
            this.pos = startPos + 2;
            const inner = this.extractBalanced();
            const text = this.src.slice(startPos, this.pos);
            const part = this.processSubstitution(startPos, text, ch === 0x3c ? "<" : ">", inner);
            // Continue reading any trailing word text (e.g., suffix after proc sub)
            if (this.pos < this.srcEnd) {
                this.readWordText();
                if (this._wordParts) {
                    this._wordParts.unshift(part);
                }
                else {
                    this._wordParts = [part];
                }
            }
            else {
                this._wordParts = [part];
            }
        }
        else {
            this.readWordText();
            // A command word whose subscript holds a blank was bounded by the matched-pair rescan, so
            // its parts need the same scan.
            if (this.pos < this.srcEnd &&
                this._wordAssignmentState !== undefined &&
                this._wordAssignmentState >= ASSIGNMENT_INDEX_BASE) {
                this.pos = startPos;
                this.readWordText(true);
            }
        }
        return this._wordParts;
    }
    /** Scan a bounded word-like span without treating shell operators or whitespace as terminators. */
    buildEmbeddedWordParts(startPos, arithmetic = false) {
        this._buildParts = true;
        this.pos = startPos;
        this.readInnerWordText(false, arithmetic);
        return this._wordParts;
    }
    buildArrayElementParts(startPos) {
        const close = this.findClosingBracket(startPos + 1);
        if (close === -1)
            return this.buildWordParts(startPos);
        const src = this.src;
        this._buildParts = true;
        const head = hasEmbeddedWordStructure(src, startPos, close + 1)
            ? this.parseSubFieldWord(startPos, close + 1, "embedded")
            : undefined;
        this.pos = close + 1;
        this.readWordText(false, LexContext.ArrayElement);
        const end = this.pos;
        // Only `[key]=` and `[key]+=` select an element; its key is never a pattern. Any other element
        // is a value that undergoes pathname expansion, so one glob pass owns the whole element and a
        // leading bracket is a pattern as in a command word.
        const operator = skipLineContinuations(src, close + 1, end);
        const after = src.charCodeAt(operator);
        const keyed = after === CH_EQ || (after === CH_PLUS && src.charCodeAt(operator + 1) === CH_EQ);
        let headParts = head?.parts;
        let tailParts = this._wordParts;
        if (keyed)
            tailParts = parseGlobParts(src, close + 1, end, tailParts) ?? tailParts;
        if (!headParts && !tailParts)
            return keyed ? null : (parseGlobParts(src, startPos, end, undefined) ?? null);
        const headText = src.slice(startPos, close + 1);
        if (!headParts)
            headParts = [{ type: "Literal", pos: startPos, end: close + 1, text: headText, value: head?.value ?? headText }];
        if (!tailParts)
            tailParts =
                end > close + 1
                    ? [{ type: "Literal", pos: close + 1, end, text: src.slice(close + 1, end), value: this._wordText }]
                    : [];
        let parts = joinWordParts(headParts, tailParts);
        if (!keyed)
            parts = parseGlobParts(src, startPos, end, parts) ?? parts;
        return parts.length > 1 || parts[0].type !== "Literal" ? parts : null;
    }
    /** Scan a heredoc body for expansions, building parts. Spaces/newlines are literal. */
    buildHereDocParts(bodyPos, bodyEnd) {
        this._buildParts = true;
        const src = this.src;
        const parts = [];
        let hasExpansion = false;
        let litBuf = "";
        let litStart = bodyPos;
        let i = bodyPos;
        const flushLit = () => {
            if (i > litStart) {
                parts.push({ type: "Literal", pos: litStart, end: i, value: litBuf, text: src.slice(litStart, i) });
                litBuf = "";
            }
        };
        while (i < bodyEnd) {
            const ch = src.charCodeAt(i);
            if (ch === 0x5c /* \\ */) {
                // Backslash escape — in unquoted heredoc, \\$, \\`, \\\\ are special
                if (i + 1 < bodyEnd) {
                    const nc = src.charCodeAt(i + 1);
                    if (nc === CH_NL) {
                        i += 2;
                        continue;
                    }
                    if (nc === 0x24 /* $ */ || nc === 0x60 /* ` */ || nc === 0x5c /* \\ */) {
                        litBuf += String.fromCharCode(nc);
                        i += 2;
                        continue;
                    }
                }
                litBuf += "\\";
                i++;
                continue;
            }
            if (ch === 0x24 /* $ */ && src.charCodeAt(i + 1) !== CH_SQUOTE && src.charCodeAt(i + 1) !== CH_DQUOTE) {
                flushLit();
                litStart = i;
                this.pos = i;
                this.readDollar();
                if (this._resultPart) {
                    hasExpansion = true;
                    parts.push(this._resultPart);
                    litStart = this.pos;
                }
                else {
                    litBuf += src.slice(i, this.pos);
                }
                i = this.pos;
                continue;
            }
            if (ch === 0x60 /* ` */) {
                flushLit();
                litStart = i;
                this.pos = i;
                this.readBacktickExpansion();
                if (this._resultPart) {
                    hasExpansion = true;
                    parts.push(this._resultPart);
                    litStart = this.pos;
                }
                else {
                    litBuf += src.slice(i, this.pos);
                }
                i = this.pos;
                continue;
            }
            litBuf += src[i];
            i++;
        }
        flushLit();
        return hasExpansion ? parts : null;
    }
    registerHereDocTarget(target) {
        if (this.pendingHereDocs === null)
            return;
        for (const hd of this.pendingHereDocs) {
            if (!hd.target) {
                hd.target = target;
                return;
            }
        }
    }
    // Read the right-hand operand of =~ in [[ ]]. Bash ends the operand at
    // depth-zero whitespace, `)`, `;`, `&`, `<`, or `>` (but `<(`/`>(` open a
    // process substitution and `|` never delimits). An unquoted `(` opens a
    // group that consumes everything — `]]`, newlines, and metacharacters
    // included — until its matching `)`; inside a group only quotes stay opaque
    // and expansion parens count naively, matching bash. Quotes and expansions
    // at depth zero skip via the same readers normal words use, so their errors
    // and spans stay identical. The token is the raw source span; value and
    // parts resolve lazily like every other word.
    readTestRegexWord() {
        this.hasPeek = false;
        this.skipSpacesAndTabs();
        const src = this.src;
        const len = this.srcEnd;
        const start = this.pos;
        let depth = 0;
        while (this.pos < len) {
            const ch = src.charCodeAt(this.pos);
            if (ch === CH_LPAREN) {
                depth++;
                this.pos++;
                continue;
            }
            if (ch === CH_BACKSLASH) {
                this.pos += this.pos + 1 < len ? 2 : 1;
                continue;
            }
            if (ch === CH_SQUOTE) {
                const quotePos = this.pos++;
                const ansiC = quotePos > start && src.charCodeAt(quotePos - 1) === CH_DOLLAR;
                while (this.pos < len && src.charCodeAt(this.pos) !== CH_SQUOTE) {
                    if (ansiC && src.charCodeAt(this.pos) === CH_BACKSLASH && this.pos + 1 < len)
                        this.pos++;
                    this.pos++;
                }
                if (this.pos < len)
                    this.pos++;
                else
                    this.errors.push({
                        message: ansiC ? "unterminated ANSI-C quote" : "unterminated single quote",
                        pos: quotePos,
                    });
                continue;
            }
            if (ch === CH_DQUOTE) {
                this.pos++;
                this.readDoubleQuoted();
                continue;
            }
            if (ch === CH_BACKTICK) {
                this.readBacktickExpansion();
                continue;
            }
            if (depth > 0) {
                if (ch === CH_RPAREN)
                    depth--;
                this.pos++;
                continue;
            }
            if (ch === CH_DOLLAR) {
                this.readDollar();
                continue;
            }
            if ((ch === CH_LT || ch === CH_GT) && this.pos + 1 < len && src.charCodeAt(this.pos + 1) === CH_LPAREN) {
                const subPos = this.pos;
                this.pos += 2;
                this.extractBalanced();
                if (this._unbalanced)
                    this.errors.push({ message: "unterminated process substitution", pos: subPos });
                continue;
            }
            if (ch < 128 && charType[ch] & 1 && ch !== CH_PIPE)
                break;
            this.pos++;
        }
        setToken(this.current, Token.Word, src.slice(start, this.pos), start, this.pos);
        return this.current;
    }
    // Read C-style for expressions: called after first '(' consumed by parser.
    // Expects pos at second '('. Returns [init, test, update] raw text.
    readCStyleForExprs() {
        this.hasPeek = false; // discard any peeked token
        const src = this.src;
        const len = this.srcEnd;
        // Skip spaces to second '('
        while (this.pos < len && (src.charCodeAt(this.pos) === CH_SPACE || src.charCodeAt(this.pos) === CH_TAB))
            this.pos++;
        const openPos = this.pos;
        if (this.pos < len && src.charCodeAt(this.pos) === CH_LPAREN)
            this.pos++;
        const starts = [this.pos, 0, 0];
        const parts = ["", "", "", 0, 0, 0];
        let partIdx = 0;
        let depth = 1;
        let partStart = this.pos;
        let extra = false;
        const setPart = (end) => {
            const raw = src.slice(partStart, end);
            parts[partIdx] = raw.trim();
            parts[3 + partIdx] = starts[partIdx] + raw.length - raw.trimStart().length;
        };
        while (this.pos < len && depth > 0) {
            const c = src.charCodeAt(this.pos);
            if (c === CH_LPAREN) {
                depth++;
                this.pos++;
            }
            else if (c === CH_RPAREN) {
                depth--;
                if (depth === 0) {
                    if (!extra)
                        setPart(this.pos);
                    if (partIdx < 2)
                        this.errors.push({ message: "expected three arithmetic expressions in for header", pos: this.pos });
                    this.pos++; // skip closing )
                    // Skip the outer ) as well
                    while (this.pos < len && (src.charCodeAt(this.pos) === CH_SPACE || src.charCodeAt(this.pos) === CH_TAB))
                        this.pos++;
                    if (this.pos < len && src.charCodeAt(this.pos) === CH_RPAREN)
                        this.pos++;
                    break;
                }
                this.pos++;
            }
            else if (c === CH_SEMI && depth === 1) {
                // Bash requires exactly three expressions; keep the first three and report the rest.
                if (partIdx === 2) {
                    if (!extra) {
                        setPart(this.pos);
                        this.errors.push({ message: "expected three arithmetic expressions in for header", pos: this.pos });
                    }
                    extra = true;
                    this.pos++;
                    continue;
                }
                setPart(this.pos);
                partIdx++;
                this.pos++;
                partStart = this.pos;
                starts[partIdx] = partStart;
            }
            else if (c === CH_DOLLAR) {
                this.readDollar();
            }
            else if (c === CH_BACKTICK) {
                this.readBacktickExpansion();
            }
            else if (c === CH_BACKSLASH) {
                this.pos += this.pos + 1 < len ? 2 : 1;
            }
            else if (c === CH_SQUOTE) {
                this.pos++;
                this.skipSQ();
            }
            else if (c === CH_DQUOTE) {
                this.pos++;
                this.skipDQ();
            }
            else {
                this.pos++;
            }
        }
        if (depth > 0) {
            if (!extra)
                setPart(this.pos);
            this.errors.push({ message: "unterminated arithmetic for header", pos: openPos });
        }
        return parts;
    }
    peek(ctx = LexContext.Normal) {
        if (!this.hasPeek) {
            this.readNext(this.nextState, ctx);
            this.hasPeek = true;
        }
        return this.nextState;
    }
    // Peek where the context depends on the token just consumed. peek() ignores its ctx once a
    // token is cached, so the caller's context must only be derived when a read actually happens.
    peekFollow(closers) {
        if (!this.hasPeek) {
            const ctx = closers[this.current.token] ? LexContext.CommandStart : LexContext.Normal;
            this.readNext(this.nextState, ctx);
            this.hasPeek = true;
        }
        return this.nextState;
    }
    next(ctx = LexContext.Normal) {
        if (this.hasPeek) {
            this.hasPeek = false;
            const temp = this.current;
            this.current = this.nextState;
            this.nextState = temp;
            return this.current;
        }
        this.readNext(this.current, ctx);
        return this.current;
    }
    unshift(tok) {
        this.nextState.copyFrom(tok);
        this.hasPeek = true;
    }
    readNext(out, ctx) {
        const src = this.src;
        const len = this.srcEnd;
        let pos = this.pos;
        while (true) {
            pos = skipBlanks(src, pos, len);
            if (ctx === LexContext.TestMode) {
                while (pos < len && src.charCodeAt(pos) === CH_NL)
                    pos = skipBlanks(src, pos + 1, len);
            }
            if (pos >= len || src.charCodeAt(pos) !== CH_HASH)
                break;
            // Leave the newline for normal-mode tokenization and pending heredocs.
            while (pos < len && src.charCodeAt(pos) !== CH_NL)
                pos++;
        }
        this.pos = pos;
        if (pos >= len) {
            this.consumePendingHereDocs();
            setToken(out, Token.EOF, "", pos, pos);
            return;
        }
        const tokenStart = pos;
        const ch = src.charCodeAt(pos);
        if (ch === CH_NL) {
            this.pos++;
            this.consumePendingHereDocs();
            setToken(out, Token.Newline, "\n", tokenStart, this.pos);
            return;
        }
        // In test mode (inside [[ ]]), < and > are string comparison operators, not redirects —
        // except for an adjacent '(', which still opens a process substitution
        if (ctx === LexContext.TestMode &&
            (ch === CH_LT || ch === CH_GT) &&
            !(this.pos + 1 < this.srcEnd && src.charCodeAt(this.pos + 1) === CH_LPAREN)) {
            this.pos++;
            setToken(out, Token.Word, ch === CH_LT ? "<" : ">", tokenStart, this.pos);
            out.keywordEligible = true; // written unquoted, so it is the comparison operator
            return;
        }
        // Operators all start with a metachar; anything else is a word
        if (ch < 128 && charType[ch] & 1 && this.tryReadOperator(out, ch, ctx, tokenStart))
            return;
        if (ch === CH_LBRACKET && ctx === LexContext.ArrayElement && this.readArrayElement(out, tokenStart))
            return;
        this.readWord(out, ctx, tokenStart);
    }
    tryReadOperator(out, ch, ctx, tokenStart) {
        const src = this.src;
        const pos = this.pos;
        const next = pos + 1 < this.srcEnd ? src.charCodeAt(pos + 1) : 0;
        switch (ch) {
            case CH_SEMI:
                if (next === CH_SEMI) {
                    if (pos + 2 < this.srcEnd && src.charCodeAt(pos + 2) === CH_AMP) {
                        this.pos += 3;
                        setToken(out, Token.DoubleSemiAmp, ";;&", tokenStart, this.pos);
                        return true;
                    }
                    this.pos += 2;
                    setToken(out, Token.DoubleSemi, ";;", tokenStart, this.pos);
                    return true;
                }
                if (next === CH_AMP) {
                    this.pos += 2;
                    setToken(out, Token.SemiAmp, ";&", tokenStart, this.pos);
                    return true;
                }
                this.pos++;
                setToken(out, Token.Semi, ";", tokenStart, this.pos);
                return true;
            case CH_PIPE:
                if (next === CH_PIPE) {
                    this.pos += 2;
                    setToken(out, Token.Or, "||", tokenStart, this.pos);
                    return true;
                }
                if (next === CH_AMP) {
                    this.pos += 2;
                    setToken(out, Token.Pipe, "|&", tokenStart, this.pos);
                    return true;
                } // |& → pipe (stderr merge)
                this.pos++;
                setToken(out, Token.Pipe, "|", tokenStart, this.pos);
                return true;
            case CH_AMP:
                if (next === CH_AMP) {
                    this.pos += 2;
                    setToken(out, Token.And, "&&", tokenStart, this.pos);
                    return true;
                }
                if (next === CH_GT) {
                    // &> or &>> — redirect, not background
                    this.pos += 2;
                    const append = this.pos < this.srcEnd && src.charCodeAt(this.pos) === CH_GT;
                    if (append)
                        this.pos++;
                    return this.readRedirectTarget(out, append ? "&>>" : "&>", tokenStart);
                }
                this.pos++;
                setToken(out, Token.Amp, "&", tokenStart, this.pos);
                return true;
            case CH_LPAREN:
                if (ctx === LexContext.CommandStart && next === CH_LPAREN) {
                    const savedErrors = this.errors.length;
                    this.readArithmeticCommand(out, tokenStart);
                    if (!this._notArithmetic)
                        return true;
                    this.errors.length = savedErrors;
                    this.pos = tokenStart;
                }
                this.pos++;
                setToken(out, Token.LParen, "(", tokenStart, this.pos);
                return true;
            case CH_RPAREN:
                this.pos++;
                setToken(out, Token.RParen, ")", tokenStart, this.pos);
                return true;
            case CH_LT:
            case CH_GT:
                return this.readRedirection(out, tokenStart);
            default:
                return false;
        }
    }
    readRedirection(out, tokenStart) {
        const src = this.src;
        const ch = src.charCodeAt(this.pos);
        let op = "";
        if (ch === CH_LT) {
            this.pos++;
            const next = this.pos < this.srcEnd ? src.charCodeAt(this.pos) : 0;
            if (next === CH_LT) {
                this.pos++;
                const third = this.pos < this.srcEnd ? src.charCodeAt(this.pos) : 0;
                if (third === CH_LT) {
                    // <<< herestring: its target reads like any other redirect target
                    this.pos++;
                    op = "<<<";
                }
                else {
                    const dash = third === CH_DASH;
                    if (dash)
                        this.pos++;
                    this.skipSpacesAndTabs();
                    const targetPos = this.pos;
                    if (this.pos >= this.srcEnd || src.charCodeAt(this.pos) !== CH_HASH)
                        this.readHereDocDelimiter();
                    const hasTarget = this.pos > targetPos;
                    if (hasTarget) {
                        (this.pendingHereDocs ?? (this.pendingHereDocs = [])).push({
                            delimiter: this._hereDelim,
                            strip: dash,
                            quoted: this._hereQuoted,
                        });
                    }
                    setToken(out, Token.Redirect, dash ? "<<-" : "<<", tokenStart, this.pos);
                    out.content = hasTarget ? this._hereDelim : undefined;
                    out.delimiterQuoted = hasTarget && this._hereQuoted;
                    out.targetPos = targetPos;
                    out.targetEnd = hasTarget ? this.pos : targetPos;
                    return true;
                }
            }
            else if (next === CH_LPAREN) {
                this.readProcessSubstitution(out, "<", tokenStart);
                return true;
            }
            else if (next === CH_GT) {
                op = "<>";
                this.pos++;
            }
            else if (next === CH_AMP) {
                op = "<&";
                this.pos++;
            }
            else {
                op = "<";
            }
        }
        else if (ch === CH_GT) {
            this.pos++;
            const next = this.pos < this.srcEnd ? src.charCodeAt(this.pos) : 0;
            if (next === CH_LPAREN) {
                this.readProcessSubstitution(out, ">", tokenStart);
                return true;
            }
            if (next === CH_GT) {
                op = ">>";
                this.pos++;
            }
            else if (next === CH_AMP) {
                op = ">&";
                this.pos++;
            }
            else if (next === CH_PIPE) {
                op = ">|";
                this.pos++;
            }
            else {
                op = ">";
            }
        }
        return this.readRedirectTarget(out, op, tokenStart);
    }
    readRedirectTarget(out, op, tokenStart) {
        const src = this.src;
        this.skipSpacesAndTabs();
        if (this.pos < this.srcEnd) {
            const nc = src.charCodeAt(this.pos);
            if ((nc === CH_LT || nc === CH_GT) && this.pos + 1 < this.srcEnd && src.charCodeAt(this.pos + 1) === CH_LPAREN) {
                const psStart = this.pos;
                this.pos += 2;
                this.extractBalanced();
                if (this._unbalanced)
                    this.errors.push({ message: "unterminated process substitution", pos: psStart });
                const psText = src.slice(psStart, this.pos);
                setToken(out, Token.Redirect, op, tokenStart, this.pos);
                out.content = psText;
                out.targetPos = psStart;
                out.targetEnd = this.pos;
                return true;
            }
            const targetPos = this.pos;
            if (nc !== CH_NL && nc !== CH_HASH)
                this.readRedirectTargetText();
            this.redirectToken(out, op, tokenStart, targetPos);
            return true;
        }
        this.redirectToken(out, op, tokenStart, this.pos);
        return true;
    }
    // Redirect targets keep their processed text eagerly (it becomes the target
    // word's content), so scan them in value mode.
    readRedirectTargetText() {
        const savedBuildValue = this._buildValue;
        this._buildValue = true;
        this.readWordText();
        this._buildValue = savedBuildValue;
    }
    redirectToken(out, operator, tokenStart, targetPos) {
        const hasTarget = this.pos > targetPos && (this._wordText.length > 0 || this._wordQuoted);
        setToken(out, Token.Redirect, operator, tokenStart, this.pos);
        out.content = hasTarget ? this._wordText : undefined;
        out.targetPos = targetPos;
        out.targetEnd = hasTarget ? this.pos : targetPos;
    }
    readProcessSubstitution(out, operator, tokenStart) {
        this.pos++; // skip (
        this.extractBalanced();
        if (this._unbalanced)
            this.errors.push({ message: "unterminated process substitution", pos: tokenStart });
        const text = this.src.slice(tokenStart, this.pos);
        setToken(out, Token.Word, text, tokenStart, this.pos);
    }
    // The delimiter is the word after quote removal: quote and escape segments may
    // appear anywhere in the word, any of them makes the heredoc quoted, and inside
    // double quotes a backslash is removed only before $ ` " \.
    readHereDocDelimiter() {
        const src = this.src;
        const len = this.srcEnd;
        const savedBuildValue = this._buildValue;
        this._buildValue = true; // the delimiter is assembled from processed segments
        let delimiter = "";
        let quoted = false;
        while (this.pos < len) {
            const c = src.charCodeAt(this.pos);
            if (c === CH_SQUOTE) {
                quoted = true;
                this.pos++;
                while (this.pos < len && src.charCodeAt(this.pos) !== CH_SQUOTE) {
                    delimiter += src[this.pos];
                    this.pos++;
                }
                if (this.pos < len)
                    this.pos++;
            }
            else if (c === CH_DQUOTE) {
                quoted = true;
                this.pos++;
                while (this.pos < len && src.charCodeAt(this.pos) !== CH_DQUOTE) {
                    if (src.charCodeAt(this.pos) === CH_BACKSLASH && this.pos + 1 < len) {
                        const next = src.charCodeAt(this.pos + 1);
                        if (next === CH_NL) {
                            this.pos += 2;
                            continue;
                        }
                        if (next === CH_DOLLAR || next === CH_BACKTICK || next === CH_DQUOTE || next === CH_BACKSLASH)
                            this.pos++;
                    }
                    delimiter += src[this.pos];
                    this.pos++;
                }
                if (this.pos < len)
                    this.pos++;
            }
            else if (c === CH_BACKSLASH) {
                if (this.pos + 1 < len && src.charCodeAt(this.pos + 1) === CH_NL) {
                    this.pos += 2;
                    continue;
                }
                quoted = true;
                this.pos++;
                if (this.pos < len) {
                    delimiter += src[this.pos];
                    this.pos++;
                }
                else {
                    delimiter += "\\"; // trailing backslash escapes nothing and stays as itself
                }
            }
            else if (c === CH_BACKTICK) {
                const btStart = this.pos;
                this.pos++;
                while (this.pos < len && src.charCodeAt(this.pos) !== CH_BACKTICK) {
                    if (src.charCodeAt(this.pos) === CH_BACKSLASH)
                        this.pos++;
                    this.pos++;
                }
                if (this.pos < len)
                    this.pos++;
                delimiter += src.slice(btStart, this.pos);
            }
            else if (c === CH_DOLLAR) {
                const next = this.pos + 1 < len ? src.charCodeAt(this.pos + 1) : 0;
                if (next === CH_SQUOTE || next === CH_DQUOTE)
                    quoted = true;
                this.readDollar();
                delimiter += this._resultText;
            }
            else if (c < 128 && charType[c] & 1) {
                break;
            }
            else {
                delimiter += src[this.pos];
                this.pos++;
            }
        }
        this._buildValue = savedBuildValue;
        this._hereDelim = delimiter;
        this._hereQuoted = quoted;
    }
    consumePendingHereDocs() {
        const pending = this.pendingHereDocs;
        if (pending === null || pending.length === 0)
            return;
        for (const hd of pending) {
            const bodyPos = this.pos;
            const bodyEnd = this.skipHereDocBody(hd.delimiter, hd.strip, this.parenBoundary, hd.quoted);
            if (hd.target) {
                hd.target.body.pos = bodyPos;
                hd.target.body.end = bodyEnd;
                hd.target.body.text = this.src.slice(bodyPos, bodyEnd);
                if (this.hereDocClosingPos !== -1)
                    hd.target.closing = { pos: this.hereDocClosingPos, end: this.hereDocClosingEnd };
            }
        }
        pending.length = 0;
    }
    hereDocClosingPos = -1;
    hereDocClosingEnd = -1;
    // Advance past the heredoc body and its delimiter line; return the body end
    // (start of the delimiter line, or srcEnd when delimited by end-of-input).
    // With parenEnds (inside $(...)), a line starting with the delimiter directly
    // followed by ")" also terminates the body, resuming at the ")" — bash treats
    // the substitution's closing paren as end-of-file for its heredocs.
    // `join` crosses `\`+newline pairs, which an unquoted delimiter may straddle.
    matchHereDocDelimiter(delimiter, lineStart, end, join) {
        const src = this.src;
        let pos = lineStart;
        for (let i = 0; i < delimiter.length;) {
            if (join && src.charCodeAt(pos) === CH_BACKSLASH && pos + 1 < end && src.charCodeAt(pos + 1) === CH_NL) {
                pos += 2;
                continue;
            }
            if (pos >= end || src.charCodeAt(pos) !== delimiter.charCodeAt(i))
                return -1;
            pos++;
            i++;
        }
        return pos;
    }
    // A `\` consumes the next character, so `\`+newline continues the line and `\\` does not.
    logicalLineEnd(from, end, join) {
        const src = this.src;
        let lineEnd = src.indexOf("\n", from);
        while (lineEnd !== -1 && lineEnd < end) {
            if (!join)
                return lineEnd;
            let backslashes = lineEnd;
            while (backslashes > from && src.charCodeAt(backslashes - 1) === CH_BACKSLASH)
                backslashes--;
            if ((lineEnd - backslashes) % 2 === 0)
                return lineEnd;
            from = lineEnd + 1;
            lineEnd = src.indexOf("\n", from);
        }
        return end;
    }
    skipHereDocBody(delimiter, strip, parenEnds = false, quoted = false) {
        this.hereDocClosingPos = -1;
        this.hereDocClosingEnd = -1;
        const src = this.src;
        const len = this.srcEnd;
        while (this.pos < len) {
            let lineStart = this.pos;
            const lineEnd = this.logicalLineEnd(lineStart, len, !quoted);
            for (;;) {
                const before = lineStart;
                if (strip)
                    while (lineStart < lineEnd && src.charCodeAt(lineStart) === CH_TAB)
                        lineStart++;
                if (!quoted)
                    lineStart = skipLineContinuations(src, lineStart, lineEnd);
                if (lineStart === before)
                    break;
            }
            let afterDelim = this.matchHereDocDelimiter(delimiter, lineStart, lineEnd, !quoted);
            if (afterDelim !== -1 && !quoted)
                afterDelim = skipLineContinuations(src, afterDelim, lineEnd);
            if (afterDelim === lineEnd) {
                const bodyEnd = this.pos;
                if (!parenEnds || !this.parenBoundary || lineEnd !== len) {
                    this.hereDocClosingPos = lineStart;
                    this.hereDocClosingEnd = lineEnd;
                }
                this.pos = lineEnd < len ? lineEnd + 1 : lineEnd;
                return bodyEnd;
            }
            // A line starting with the delimiter also ends the body when a `)` follows on the same
            // logical line; the scan then resumes mid-line, right after the delimiter.
            if (parenEnds && afterDelim !== -1) {
                let paren = afterDelim;
                while (paren < lineEnd && src.charCodeAt(paren) !== CH_RPAREN)
                    paren++;
                if (paren < lineEnd || (this.parenBoundary && lineEnd === len)) {
                    const bodyEnd = this.pos;
                    this.pos = afterDelim;
                    return bodyEnd;
                }
            }
            this.pos = lineEnd < len ? lineEnd + 1 : lineEnd;
        }
        return this.pos;
    }
    _wordText = "";
    _wordRaw = false;
    _wordQuoted = false;
    _wordHasExpansions = false;
    _wordKeywordEligible = false;
    _wordAssignmentState;
    _bracketWindow;
    _arithmeticBracketWindow;
    _wordParts = null;
    _resultText = "";
    // True when the last $-construct's value is exactly its raw source span.
    _resultIsRaw = true;
    _resultHasExpansion = false;
    _resultPart;
    // Set by extractBalanced when the input ended before the closing paren, so
    // callers can report the construct they were scanning.
    _unbalanced = false;
    // Set by scanArithmeticBody when the construct turns out not to be arithmetic, so the
    // caller can re-read it as a subshell or command substitution instead.
    _notArithmetic = false;
    _arithUnterminated = false;
    _dqText = "";
    _dqHasExpansions = false;
    _dqParts = null;
    // Content end (before the closing quote, or end of input when unterminated).
    _dqEnd = 0;
    _hereDelim = "";
    _hereQuoted = false;
    readWord(out, ctx, tokenStart = 0) {
        const errorStart = this._errors === null ? 0 : this._errors.length;
        this.readWordText(false, ctx, true);
        if (ctx === LexContext.Normal) {
            const next = this.pos < this.srcEnd ? this.src.charCodeAt(this.pos) : 0;
            if (!this._wordRaw || (next !== CH_LT && next !== CH_GT)) {
                setSpanToken(out, Token.Word, tokenStart, this.pos, this._wordRaw);
                out.keywordEligible = this._wordKeywordEligible;
                return;
            }
        }
        this.classifyWord(out, ctx, tokenStart, errorStart);
    }
    isRedirectVariable(start, end) {
        const src = this.src;
        for (let i = start; i < end; i++) {
            const c = src.charCodeAt(i);
            if (c === CH_LBRACKET && i > start) {
                // Scan the token directly: a token-bounded findClosingBracket would replace its recovery window.
                return (i + 2 < end &&
                    src.charCodeAt(end - 1) === CH_RBRACKET &&
                    this.findClosingShellDelimiter(i + 1, end, CH_RBRACKET) === end - 1);
            }
            if (c >= 128 || !(isIdChar[c] & (i === start ? 1 : 2)))
                return false;
        }
        return end > start;
    }
    readArrayElement(out, tokenStart) {
        const close = this.findClosingBracket(tokenStart + 1);
        if (close === -1)
            return false;
        this.pos = close + 1;
        this.readWordText();
        setSpanToken(out, Token.Word, tokenStart, this.pos, true);
        return true;
    }
    classifyWord(out, ctx, tokenStart, errorStart) {
        const src = this.src;
        const raw = this._wordRaw;
        const hasExpansions = this._wordHasExpansions;
        const quoted = this._wordQuoted;
        const keywordEligible = this._wordKeywordEligible;
        let assignmentState = this._wordAssignmentState;
        const wordEnd = this.pos;
        const wordLen = wordEnd - tokenStart;
        if (ctx === LexContext.CasePattern) {
            let token = Token.Word;
            if (keywordEligible) {
                const reserved = raw
                    ? matchReservedWord(src, tokenStart, wordLen)
                    : RESERVED_WORDS.get(this.wordValueOf(tokenStart, wordEnd));
                if (reserved === Token.Esac)
                    token = reserved;
            }
            setSpanToken(out, token, tokenStart, wordEnd, raw);
            out.keywordEligible = keywordEligible;
            return;
        }
        // Only keyword classification needs a non-raw word's processed value.
        let value = null;
        if (!raw && !hasExpansions && keywordEligible && (ctx === LexContext.CommandStart || ctx === LexContext.TestMode)) {
            const nextCh = wordEnd < this.srcEnd ? src.charCodeAt(wordEnd) : 0;
            if ((!quoted && wordLen <= 16) || nextCh === CH_LT || nextCh === CH_GT) {
                value = this.wordValueOf(tokenStart, wordEnd);
            }
        }
        if (ctx === LexContext.CommandStart && keywordEligible) {
            if (raw) {
                if (wordLen <= 8) {
                    const reserved = matchReservedWord(src, tokenStart, wordLen);
                    if (reserved !== undefined) {
                        setSpanToken(out, reserved, tokenStart, wordEnd, true);
                        return;
                    }
                }
                if (wordLen === 2 &&
                    src.charCodeAt(tokenStart) === CH_LBRACKET &&
                    src.charCodeAt(tokenStart + 1) === CH_LBRACKET) {
                    setSpanToken(out, Token.DblLBracket, tokenStart, wordEnd, true);
                    return;
                }
            }
            else if (value !== null && value.length > 0) {
                const fc = value.charCodeAt(0);
                if ((fc >= CH_a && fc <= CH_z && value.length <= 8) || fc === CH_BANG || fc === CH_LBRACE || fc === CH_RBRACE) {
                    const reserved = RESERVED_WORDS.get(value);
                    if (reserved !== undefined) {
                        setToken(out, reserved, value, tokenStart, wordEnd);
                        return;
                    }
                }
                if (fc === CH_LBRACKET && value === "[[") {
                    setToken(out, Token.DblLBracket, value, tokenStart, wordEnd);
                    return;
                }
            }
        }
        if (ctx === LexContext.CommandStart || ctx === LexContext.CommandPrefix || ctx === LexContext.Declaration) {
            if (assignmentState === undefined) {
                // Fast-path word (value === raw span): detect assignment positionally.
                let eq = -1;
                let bracket = false;
                for (let i = tokenStart + 1; i < wordEnd; i++) {
                    const c = src.charCodeAt(i);
                    if (c === CH_EQ) {
                        eq = i;
                        break;
                    }
                    if (c === CH_LBRACKET)
                        bracket = true;
                }
                if (eq !== -1 || (ctx !== LexContext.Declaration && bracket)) {
                    assignmentState = scanAssignmentPrefix(src, tokenStart, wordEnd, ASSIGNMENT_NAME_START);
                }
            }
            if (assignmentState !== undefined) {
                if (ctx !== LexContext.Declaration && assignmentState >= ASSIGNMENT_INDEX_BASE) {
                    if (wordEnd < this.srcEnd) {
                        if (this._errors !== null)
                            this._errors.length = errorStart;
                        this.pos = tokenStart;
                        this.readWordText(true, ctx, true);
                        if (this.pos > wordEnd) {
                            this.classifyWord(out, ctx, tokenStart, errorStart);
                            return;
                        }
                    }
                    if (this._errors === null || this._errors.length === errorStart) {
                        this.errors.push({ message: "unterminated array subscript", pos: src.indexOf("[", tokenStart) });
                    }
                }
                if (isMatchedAssignment(assignmentState)) {
                    setSpanToken(out, Token.Assignment, tokenStart, wordEnd, raw);
                    if (value !== null)
                        out._value = value;
                    out.assignmentOperatorPos = assignmentOperatorPos(assignmentState);
                    return;
                }
            }
        }
        // `]]` is reserved only where it can close a `[[`; operands and wordlist entries, which
        // read Normal, are ordinary words, as is a `]]` demoted by a command prefix.
        if ((ctx === LexContext.CommandStart || ctx === LexContext.TestMode) && keywordEligible) {
            if (raw) {
                if (wordLen === 2 &&
                    src.charCodeAt(tokenStart) === CH_RBRACKET &&
                    src.charCodeAt(tokenStart + 1) === CH_RBRACKET) {
                    setSpanToken(out, Token.DblRBracket, tokenStart, wordEnd, true);
                    return;
                }
            }
            else if (value === "]]") {
                setToken(out, Token.DblRBracket, value, tokenStart, wordEnd);
                return;
            }
        }
        // FD number prefix: all-digit word followed by < or > → redirect with fd
        if (!hasExpansions && this.pos < this.srcEnd) {
            const nc = src.charCodeAt(this.pos);
            if (nc === CH_LT || nc === CH_GT) {
                if (raw) {
                    const fc = src.charCodeAt(tokenStart);
                    if (fc >= CH_0 && fc <= CH_9 && isAllDigitsRange(src, tokenStart, wordEnd)) {
                        const fd = Number.parseInt(src.slice(tokenStart, wordEnd), 10);
                        if (this.readRedirection(out, tokenStart)) {
                            out.fileDescriptor = fd;
                            out.descriptorEnd = wordEnd;
                            return;
                        }
                    }
                    if (fc === CH_LBRACE &&
                        src.charCodeAt(wordEnd - 1) === CH_RBRACE &&
                        this.isRedirectVariable(tokenStart + 1, wordEnd - 1)) {
                        const varname = src.slice(tokenStart + 1, wordEnd - 1);
                        if (this.readRedirection(out, tokenStart)) {
                            out.variableName = varname;
                            out.descriptorEnd = wordEnd;
                            return;
                        }
                    }
                }
            }
        }
        setSpanToken(out, Token.Word, tokenStart, wordEnd, raw);
        if (value !== null)
            out._value = value;
        out.keywordEligible = keywordEligible;
    }
    // `subscripts` re-reads a word known to stop inside an array subscript, where
    // metacharacters are ordinary text.
    // `scanning` marks the first scan of a token, which decides where the word ends.
    readWordText(subscripts = false, ctx = LexContext.Normal, scanning = false) {
        const src = this.src;
        const len = this.srcEnd;
        let pos = this.pos;
        // Fast path: scan a single run of plain chars (covers most words)
        const fastStart = pos;
        let exitCh = 0;
        while (pos < len) {
            const c = src.charCodeAt(pos);
            if (c < 128 && charType[c]) {
                exitCh = c;
                break;
            }
            pos++;
        }
        if (pos >= len ||
            (charType[exitCh] & 1 &&
                !(exitCh === CH_LPAREN && pos > fastStart && extglobPrefix[src.charCodeAt(pos - 1)]) &&
                !subscripts)) {
            this.pos = pos;
            this._wordText = (this._buildParts || this._buildValue) && pos > fastStart ? src.slice(fastStart, pos) : "";
            this._wordRaw = true;
            this._wordQuoted = false;
            this._wordHasExpansions = false;
            this._wordKeywordEligible = true;
            this._wordAssignmentState = undefined;
            if (this._buildParts) {
                this._wordParts =
                    hasGlobCharacters(this._wordText) && ctx !== LexContext.ArrayElement
                        ? (parseGlobParts(src, fastStart, pos, undefined) ?? null)
                        : null;
            }
            return;
        }
        // Slow path: word contains quotes, expansions, escapes, etc. `text` (the
        // processed value) is only assembled when building; the token path tracks
        // positions and flags plus the last value char (for extglob prefixes) and
        // whether the value still equals the raw span.
        const bp = this._buildParts;
        const bt = bp || this._buildValue;
        let text = bt && pos > fastStart ? src.slice(fastStart, pos) : "";
        let quoted = false;
        let hasExpansions = false;
        let keywordEligible = true;
        let valueIsRaw = true;
        let lastValueChar = pos > fastStart ? src.charCodeAt(pos - 1) : 0;
        let assignmentState = scanAssignmentPrefix(src, fastStart, pos, ASSIGNMENT_NAME_START);
        let parts;
        let litBuf = "";
        let litStart = 0;
        let hasGlobs = false;
        let braceResults;
        if (bp) {
            parts = [];
            litBuf = text; // fast-path prefix is literal
            litStart = fastStart;
            hasGlobs = text.length > 0 && hasGlobCharacters(text);
        }
        while (pos < len) {
            const ch = src.charCodeAt(pos);
            if (ch >= 128 || !charType[ch]) {
                const runStart = pos;
                pos++;
                while (pos < len) {
                    const c = src.charCodeAt(pos);
                    if (c < 128 && charType[c])
                        break;
                    pos++;
                }
                lastValueChar = src.charCodeAt(pos - 1);
                assignmentState = scanAssignmentPrefix(src, runStart, pos, assignmentState);
                if (bt) {
                    const chunk = src.slice(runStart, pos);
                    text += chunk;
                    if (bp) {
                        litBuf += chunk;
                        hasGlobs = hasGlobs || hasGlobCharacters(chunk);
                    }
                }
                continue;
            }
            if (charType[ch] & 1) {
                if (subscripts && assignmentState >= ASSIGNMENT_INDEX_BASE) {
                    const close = this.findClosingBracket(pos);
                    if (close !== -1) {
                        const spanEnd = close + 1;
                        // The scanner matched the innermost open bracket past quotes, escapes and nested
                        // substitutions, so the jump closes exactly one subscript level.
                        assignmentState =
                            assignmentState === ASSIGNMENT_INDEX_BASE + 1 ? ASSIGNMENT_AFTER_INDEX : assignmentState - 1;
                        lastValueChar = src.charCodeAt(close);
                        if (bt) {
                            const chunk = src.slice(pos, spanEnd);
                            text += chunk;
                            if (bp) {
                                litBuf += chunk;
                                hasGlobs = hasGlobs || hasGlobCharacters(chunk);
                            }
                        }
                        pos = spanEnd;
                        continue;
                    }
                }
                if (ch === CH_LPAREN && lastValueChar < 128 && extglobPrefix[lastValueChar]) {
                    if (ctx === LexContext.FunctionName ||
                        (assignmentState >= ASSIGNMENT_INDEX_BASE &&
                            (ctx === LexContext.CommandStart || ctx === LexContext.CommandPrefix)))
                        break;
                    // Default Bash command syntax takes precedence over the extglob extension.
                    if (ctx === LexContext.CommandStart &&
                        lastValueChar === CH_BANG &&
                        keywordEligible &&
                        src.charCodeAt(fastStart) === CH_BANG &&
                        skipLineContinuations(src, fastStart + 1, len) === pos)
                        break;
                    const prefixChar = lastValueChar;
                    // Bash opens an array value only right after the operator of a word that can assign;
                    // elsewhere `(` ends the word. Rescans of a known word span keep its value.
                    if (prefixChar === CH_EQ &&
                        scanning &&
                        !((ctx === LexContext.CommandStart ||
                            ctx === LexContext.CommandPrefix ||
                            ctx === LexContext.Declaration ||
                            ctx === LexContext.EvalArgument) &&
                            isMatchedAssignment(assignmentState) &&
                            skipLineContinuations(src, assignmentOperatorPos(assignmentState) + 1, len) === pos))
                        break;
                    const innerStart = pos + 1;
                    const close = this.findClosingShellDelimiter(innerStart, len, CH_RPAREN, prefixChar === CH_EQ);
                    if (close === -1 && !scanning && !subscripts && assignmentState >= ASSIGNMENT_INDEX_BASE)
                        break;
                    if (ctx === LexContext.CommandStart &&
                        prefixChar !== CH_EQ &&
                        close !== -1 &&
                        skipBlanks(src, innerStart, close) === close)
                        break;
                    keywordEligible = false;
                    const patternEnd = close === -1 ? len : close;
                    pos = close === -1 ? len : close + 1;
                    if (close === -1)
                        this.errors.push({ message: "unterminated extended glob", pos: innerStart - 2 });
                    lastValueChar = src.charCodeAt(pos - 1);
                    if (bt) {
                        const eg = "(" + src.slice(innerStart, pos);
                        text += eg;
                        // Create ExtendedGlob part for real extglob operators (not = which is array assignment)
                        if (bp && prefixChar !== CH_EQ) {
                            let prefixPos = innerStart - 2;
                            while (src.charCodeAt(prefixPos) === CH_NL && src.charCodeAt(prefixPos - 1) === CH_BACKSLASH) {
                                prefixPos -= 2;
                            }
                            // Remove the prefix char from litBuf (it was appended in the previous iteration)
                            if (litBuf.length > 0) {
                                const trimmed = litBuf.slice(0, -1);
                                if (prefixPos > litStart)
                                    parts.push({
                                        type: "Literal",
                                        pos: litStart,
                                        end: prefixPos,
                                        value: trimmed,
                                        text: src.slice(litStart, prefixPos),
                                    });
                                litBuf = "";
                            }
                            const op = extglobOp[prefixChar];
                            parts.push({
                                type: "ExtendedGlob",
                                pos: prefixPos,
                                end: pos,
                                text: src.slice(prefixPos, pos),
                                operator: op,
                                pattern: src.slice(innerStart, patternEnd),
                                parts: this.subFieldParts(innerStart, patternEnd),
                            });
                            litStart = pos;
                        }
                        else if (bp) {
                            litBuf += eg;
                            hasGlobs = hasGlobs || hasGlobCharacters(eg);
                        }
                    }
                    continue;
                }
                break;
            }
            if (ch === CH_BACKSLASH) {
                pos++;
                if (pos < len) {
                    if (src.charCodeAt(pos) === CH_NL) {
                        pos++;
                        valueIsRaw = false;
                    }
                    else {
                        if (assignmentState >= 0 && assignmentState < ASSIGNMENT_INDEX_BASE)
                            assignmentState = ASSIGNMENT_INVALID;
                        quoted = true;
                        keywordEligible = false;
                        valueIsRaw = false;
                        lastValueChar = src.charCodeAt(pos);
                        if (bt) {
                            text += src[pos];
                            if (bp)
                                litBuf += src[pos];
                        }
                        pos++;
                    }
                }
                else {
                    // A backslash at end of input escapes nothing and stays as itself.
                    if (assignmentState >= 0 && assignmentState < ASSIGNMENT_INDEX_BASE)
                        assignmentState = ASSIGNMENT_INVALID;
                    quoted = true;
                    keywordEligible = false;
                    lastValueChar = CH_BACKSLASH;
                    if (bt) {
                        text += "\\";
                        if (bp)
                            litBuf += "\\";
                    }
                }
                continue;
            }
            if (ch === CH_SQUOTE) {
                const sqStart = pos;
                if (assignmentState >= 0 && assignmentState < ASSIGNMENT_INDEX_BASE)
                    assignmentState = ASSIGNMENT_INVALID;
                quoted = true;
                keywordEligible = false;
                valueIsRaw = false;
                pos++;
                const start = pos;
                while (pos < len && src.charCodeAt(pos) !== CH_SQUOTE)
                    pos++;
                if (pos > start)
                    lastValueChar = src.charCodeAt(pos - 1);
                const value = bt ? src.slice(start, pos) : "";
                if (bt)
                    text += value;
                if (pos < len)
                    pos++;
                else
                    this.errors.push({ message: "unterminated single quote", pos: start - 1 });
                if (bp) {
                    if (sqStart > litStart) {
                        parts.push({
                            type: "Literal",
                            pos: litStart,
                            end: sqStart,
                            value: litBuf,
                            text: src.slice(litStart, sqStart),
                        });
                        litBuf = "";
                    }
                    parts.push({ type: "SingleQuoted", pos: sqStart, end: pos, value, text: src.slice(sqStart, pos) });
                    litStart = pos;
                }
                continue;
            }
            if (ch === CH_DQUOTE) {
                const dqStart = pos;
                if (assignmentState >= 0 && assignmentState < ASSIGNMENT_INDEX_BASE)
                    assignmentState = ASSIGNMENT_INVALID;
                quoted = true;
                keywordEligible = false;
                valueIsRaw = false;
                pos++;
                this.pos = pos;
                this.readDoubleQuoted();
                pos = this.pos;
                if (this._dqEnd > dqStart + 1)
                    lastValueChar = src.charCodeAt(this._dqEnd - 1);
                if (this._dqHasExpansions)
                    hasExpansions = true;
                if (bt)
                    text += this._dqText;
                if (bp) {
                    if (dqStart > litStart) {
                        parts.push({
                            type: "Literal",
                            pos: litStart,
                            end: dqStart,
                            value: litBuf,
                            text: src.slice(litStart, dqStart),
                        });
                        litBuf = "";
                    }
                    const dqText = src.slice(dqStart, pos);
                    parts.push({
                        type: "DoubleQuoted",
                        pos: dqStart,
                        end: pos,
                        text: dqText,
                        parts: this._dqParts ?? [
                            {
                                type: "Literal",
                                pos: dqStart + 1,
                                end: this._dqEnd,
                                value: this._dqText,
                                text: src.slice(dqStart + 1, this._dqEnd),
                            },
                        ],
                    });
                    litStart = pos;
                }
                continue;
            }
            if (ch === CH_DOLLAR) {
                keywordEligible = false;
                const dollarStart = pos;
                if (assignmentState >= 0 && assignmentState < ASSIGNMENT_INDEX_BASE)
                    assignmentState = ASSIGNMENT_INVALID;
                // `$'…'` and `$"…"` quote: even empty, they make a word.
                const next = pos + 1 < len ? src.charCodeAt(pos + 1) : 0;
                if (next === CH_SQUOTE || next === CH_DQUOTE)
                    quoted = true;
                this.pos = pos;
                this.readDollar();
                pos = this.pos;
                if (!this._resultIsRaw)
                    valueIsRaw = false;
                if (pos > dollarStart)
                    lastValueChar = src.charCodeAt(pos - 1);
                if (this._resultHasExpansion)
                    hasExpansions = true;
                if (bt)
                    text += this._resultText;
                if (bp) {
                    if (this._resultPart) {
                        if (dollarStart > litStart) {
                            parts.push({
                                type: "Literal",
                                pos: litStart,
                                end: dollarStart,
                                value: litBuf,
                                text: src.slice(litStart, dollarStart),
                            });
                            litBuf = "";
                        }
                        parts.push(this._resultPart);
                        litStart = pos;
                    }
                    else {
                        litBuf += this._resultText;
                    }
                }
                continue;
            }
            if (ch === CH_BACKTICK) {
                keywordEligible = false;
                const btStart = pos;
                if (assignmentState >= 0 && assignmentState < ASSIGNMENT_INDEX_BASE)
                    assignmentState = ASSIGNMENT_INVALID;
                this.pos = pos;
                this.readBacktickExpansion();
                pos = this.pos;
                valueIsRaw = false;
                lastValueChar = src.charCodeAt(pos - 1);
                hasExpansions = true;
                if (bt)
                    text += this._resultText;
                if (bp) {
                    if (btStart > litStart) {
                        parts.push({
                            type: "Literal",
                            pos: litStart,
                            end: btStart,
                            value: litBuf,
                            text: src.slice(litStart, btStart),
                        });
                        litBuf = "";
                    }
                    parts.push(this._resultPart);
                    litStart = pos;
                }
                continue;
            }
            if (ch === CH_LBRACE) {
                if (assignmentState >= 0 && assignmentState < ASSIGNMENT_INDEX_BASE)
                    assignmentState = ASSIGNMENT_INVALID;
                const first = pos + 1 < len ? src.charCodeAt(pos + 1) : 0;
                const braceEnd = first <= CH_SPACE || first === CH_RBRACE
                    ? -1
                    : this.scanBraceExpansion(pos, braceResults ?? (braceResults = new Map()));
                if (braceEnd > 0) {
                    keywordEligible = false;
                    lastValueChar = src.charCodeAt(braceEnd - 1);
                    if (bt) {
                        const braceText = src.slice(pos, braceEnd);
                        text += braceText;
                        if (bp) {
                            if (pos > litStart) {
                                parts.push({
                                    type: "Literal",
                                    pos: litStart,
                                    end: pos,
                                    value: litBuf,
                                    text: src.slice(litStart, pos),
                                });
                                litBuf = "";
                            }
                            parts.push({
                                type: "BraceExpansion",
                                pos,
                                end: braceEnd,
                                text: braceText,
                                parts: this.subFieldParts(pos + 1, braceEnd - 1),
                            });
                            litStart = braceEnd;
                        }
                    }
                    pos = braceEnd;
                    continue;
                }
                lastValueChar = CH_LBRACE;
                if (bt) {
                    text += "{";
                    if (bp)
                        litBuf += "{";
                }
                pos++;
                continue;
            }
            pos++;
        }
        if (bp && pos > litStart)
            parts.push({ type: "Literal", pos: litStart, end: pos, value: litBuf, text: src.slice(litStart, pos) });
        this.pos = pos;
        this._wordText = text;
        this._wordRaw = valueIsRaw;
        this._wordQuoted = quoted;
        this._wordHasExpansions = hasExpansions;
        this._wordKeywordEligible = keywordEligible;
        this._wordAssignmentState = assignmentState;
        if (bp) {
            // Only store parts if they add structure beyond a single literal
            this._wordParts = parts.length > 1 || (parts.length === 1 && parts[0].type !== "Literal") ? parts : null;
            if (hasGlobs && ctx !== LexContext.ArrayElement)
                this._wordParts = parseGlobParts(src, fastStart, pos, this._wordParts) ?? null;
        }
    }
    // Arithmetic text gets expansions and quote removal but no process substitution.
    readInnerWordText(insideDoubleQuotes = false, arithmetic = false, globs = false) {
        const src = this.src;
        const len = this.srcEnd;
        let pos = this.pos;
        const start = pos;
        let text = "";
        const bp = this._buildParts;
        let parts;
        let litBuf = "";
        let litStart = 0;
        let preserveLiteral = false;
        let hasGlobs = false;
        if (bp) {
            parts = [];
            litStart = pos;
        }
        while (pos < len) {
            const ch = src.charCodeAt(pos);
            if (ch === CH_BACKSLASH) {
                pos++;
                if (pos < len) {
                    if (src.charCodeAt(pos) === CH_NL) {
                        pos++;
                    }
                    else {
                        const next = src.charCodeAt(pos);
                        if (insideDoubleQuotes &&
                            next !== CH_DOLLAR &&
                            next !== CH_BACKTICK &&
                            next !== CH_DQUOTE &&
                            next !== CH_BACKSLASH &&
                            next !== CH_RBRACE) {
                            text += "\\";
                            if (bp)
                                litBuf += "\\";
                            preserveLiteral = true;
                        }
                        const escaped = src[pos++];
                        text += escaped;
                        if (bp)
                            litBuf += escaped;
                    }
                }
                continue;
            }
            if (ch === CH_SQUOTE && !insideDoubleQuotes) {
                const sqStart = pos;
                pos++;
                const start = pos;
                while (pos < len && src.charCodeAt(pos) !== CH_SQUOTE)
                    pos++;
                const value = src.slice(start, pos);
                text += value;
                if (pos < len)
                    pos++;
                if (bp) {
                    if (sqStart > litStart) {
                        parts.push({
                            type: "Literal",
                            pos: litStart,
                            end: sqStart,
                            value: litBuf,
                            text: src.slice(litStart, sqStart),
                        });
                        litBuf = "";
                    }
                    parts.push({ type: "SingleQuoted", pos: sqStart, end: pos, value, text: src.slice(sqStart, pos) });
                    litStart = pos;
                }
                continue;
            }
            if (ch === CH_DQUOTE) {
                const dqStart = pos;
                pos++;
                this.pos = pos;
                this.readDoubleQuoted(insideDoubleQuotes);
                pos = this.pos;
                text += this._dqText;
                if (bp) {
                    if (dqStart > litStart) {
                        parts.push({
                            type: "Literal",
                            pos: litStart,
                            end: dqStart,
                            value: litBuf,
                            text: src.slice(litStart, dqStart),
                        });
                        litBuf = "";
                    }
                    const dqText = src.slice(dqStart, pos);
                    parts.push({
                        type: "DoubleQuoted",
                        pos: dqStart,
                        end: pos,
                        text: dqText,
                        parts: this._dqParts ?? [
                            {
                                type: "Literal",
                                pos: dqStart + 1,
                                end: this._dqEnd,
                                value: this._dqText,
                                text: src.slice(dqStart + 1, this._dqEnd),
                            },
                        ],
                    });
                    litStart = pos;
                }
                continue;
            }
            if (ch === CH_DOLLAR) {
                const dollarStart = pos;
                this.pos = pos;
                this.readDollar(insideDoubleQuotes);
                pos = this.pos;
                text += this._resultText;
                if (bp) {
                    if (this._resultPart) {
                        if (dollarStart > litStart) {
                            parts.push({
                                type: "Literal",
                                pos: litStart,
                                end: dollarStart,
                                value: litBuf,
                                text: src.slice(litStart, dollarStart),
                            });
                            litBuf = "";
                        }
                        parts.push(this._resultPart);
                        litStart = pos;
                    }
                    else {
                        litBuf += this._resultText;
                    }
                }
                continue;
            }
            if (ch === CH_BACKTICK) {
                const btStart = pos;
                this.pos = pos;
                this.readBacktickExpansion(insideDoubleQuotes);
                pos = this.pos;
                text += this._resultText;
                if (bp) {
                    if (btStart > litStart) {
                        parts.push({
                            type: "Literal",
                            pos: litStart,
                            end: btStart,
                            value: litBuf,
                            text: src.slice(litStart, btStart),
                        });
                        litBuf = "";
                    }
                    parts.push(this._resultPart);
                    litStart = pos;
                }
                continue;
            }
            if (!insideDoubleQuotes &&
                !arithmetic &&
                (ch === CH_LT || ch === CH_GT) &&
                pos + 1 < len &&
                src.charCodeAt(pos + 1) === CH_LPAREN) {
                const psStart = pos;
                this.pos = pos + 2;
                const inner = this.extractBalanced();
                pos = this.pos;
                const raw = src.slice(psStart, pos);
                text += raw;
                if (bp) {
                    if (psStart > litStart) {
                        parts.push({
                            type: "Literal",
                            pos: litStart,
                            end: psStart,
                            value: litBuf,
                            text: src.slice(litStart, psStart),
                        });
                        litBuf = "";
                    }
                    parts.push(this.processSubstitution(psStart, raw, ch === CH_LT ? "<" : ">", inner));
                    litStart = pos;
                }
                continue;
            }
            text += src[pos];
            if (bp) {
                litBuf += src[pos];
                if (globs && (ch === CH_STAR || ch === CH_QUESTION || ch === CH_LBRACKET))
                    hasGlobs = true;
            }
            pos++;
        }
        if (bp && pos > litStart)
            parts.push({ type: "Literal", pos: litStart, end: pos, value: litBuf, text: src.slice(litStart, pos) });
        this.pos = pos;
        this._wordText = text;
        this._wordRaw = false;
        this._wordQuoted = false;
        this._wordHasExpansions = false;
        this._wordKeywordEligible = false;
        if (bp) {
            this._wordParts =
                parts.length > 1 || (parts.length === 1 && (parts[0].type !== "Literal" || preserveLiteral)) ? parts : null;
            if (hasGlobs)
                this._wordParts = parseGlobParts(src, start, pos, this._wordParts) ?? null;
        }
    }
    subFieldParts(start, end) {
        if (this._nestingDepth >= MAX_SYNTAX_NESTING)
            return undefined;
        return hasEmbeddedWordStructure(this.src, start, end)
            ? this.parseSubFieldWord(start, end).parts
            : parseGlobParts(this.src, start, end, undefined);
    }
    // Parse a parameter-expansion sub-field (operand, slice bound, replacement pattern) over
    // the window [start, end) of the original source. Parsing in place — rather than against a
    // detached slice — gives the word and any nested substitutions absolute offsets, and
    // composes through nested ${...}. The `${...}` inner is a verbatim substring of the
    // source, so every sub-field offset maps straight back.
    parseSubFieldWord(start, end, context = "word", arithmetic = false) {
        if (start >= end)
            return new WordImpl("", start, start);
        // Past the shared budget the sub-field keeps its raw text without parts.
        if (this._nestingDepth >= MAX_SYNTAX_NESTING)
            return new WordImpl(this.src.slice(start, end), start, end);
        this._nestingDepth++;
        const savedEnd = this.srcEnd;
        const savedBracketWindow = this._bracketWindow;
        const savedArithmeticBracketWindow = this._arithmeticBracketWindow;
        const savedPos = this.pos;
        const savedText = this._wordText;
        const savedParts = this._wordParts;
        const savedQuoted = this._wordQuoted;
        const savedKeywordEligible = this._wordKeywordEligible;
        this.srcEnd = end;
        this.pos = start;
        this.readInnerWordText(context === "quoted", arithmetic, context === "word");
        // text is the raw source span (so source.slice(pos, end) === text holds, as for every
        // other word); value resolves quotes via parts.
        const word = new WordImpl(this.src.slice(start, end), start, end);
        if (this._buildParts) {
            word.parts = this._wordParts ?? undefined;
        }
        this.srcEnd = savedEnd;
        this._bracketWindow = savedBracketWindow;
        this._arithmeticBracketWindow = savedArithmeticBracketWindow;
        this.pos = savedPos;
        this._wordText = savedText;
        this._wordParts = savedParts;
        this._wordQuoted = savedQuoted;
        this._wordKeywordEligible = savedKeywordEligible;
        this._nestingDepth--;
        return word;
    }
    skipSQ() {
        while (this.pos < this.srcEnd && this.src.charCodeAt(this.pos) !== CH_SQUOTE)
            this.pos++;
        if (this.pos < this.srcEnd)
            this.pos++;
    }
    skipAnsiCQuoted() {
        const quotePos = this.pos - 1;
        const result = decodeAnsiCQuoted(this.src, this.pos, this.srcEnd);
        this.pos = result.end;
        if (!result.closed)
            this.errors.push({ message: "unterminated ANSI-C quote", pos: quotePos });
    }
    // Plain quoted text is skipped here; the first `$(`, `${`, `$$`, backtick or the end of input
    // hands the rest to the quote scanner, which owns substitution and nesting-limit decisions.
    skipDQ() {
        const src = this.src;
        const len = this.srcEnd;
        this._unbalanced = false;
        if (this._nestingDepth < MAX_SYNTAX_NESTING) {
            while (this.pos < len) {
                const ch = src.charCodeAt(this.pos);
                if (ch === CH_DQUOTE) {
                    this.pos++;
                    return;
                }
                if (ch === CH_BACKSLASH) {
                    this.pos = Math.min(this.pos + 2, len);
                    continue;
                }
                if (ch === CH_BACKTICK)
                    break;
                if (ch === CH_DOLLAR) {
                    const next = src.charCodeAt(this.pos + 1);
                    if (next === CH_LPAREN || next === CH_LBRACE || next === CH_DOLLAR)
                        break;
                }
                this.pos++;
            }
        }
        this.extractBalanced(true, true);
    }
    skipSpacesAndTabs() {
        this.pos = skipBlanks(this.src, this.pos, this.srcEnd);
    }
    readDoubleQuoted(unescapeAll = false) {
        const src = this.src;
        const len = this.srcEnd;
        const contentStart = this.pos;
        let hasExpansions = false;
        const bp = this._buildParts;
        const bt = bp || this._buildValue;
        // Fast path: pure literal content (no $, `, or \ — just find closing ")
        if (!bp) {
            let p = this.pos;
            while (p < len) {
                const c = src.charCodeAt(p);
                if (c === CH_DQUOTE) {
                    this._dqText = bt ? src.slice(contentStart, p) : "";
                    this._dqEnd = p;
                    this.pos = p + 1;
                    this._dqHasExpansions = false;
                    this._dqParts = null;
                    return;
                }
                if (c === CH_DOLLAR || c === CH_BACKTICK || c === CH_BACKSLASH)
                    break;
                p++;
            }
            // Fall through to general path
        }
        let text = "";
        let parts = null;
        let litBuf = "";
        let litStart = bp ? this.pos : 0;
        while (this.pos < len && src.charCodeAt(this.pos) !== CH_DQUOTE) {
            // Scan run of plain chars inside double quotes
            const runStart = this.pos;
            while (this.pos < len) {
                const c = src.charCodeAt(this.pos);
                if (c === CH_DQUOTE || c === CH_BACKSLASH || c === CH_DOLLAR || c === CH_BACKTICK)
                    break;
                this.pos++;
            }
            if (bt && this.pos > runStart) {
                const chunk = src.slice(runStart, this.pos);
                text += chunk;
                if (bp)
                    litBuf += chunk;
            }
            if (this.pos >= len || src.charCodeAt(this.pos) === CH_DQUOTE)
                break;
            const ch = src.charCodeAt(this.pos);
            if (ch === CH_BACKSLASH) {
                this.pos++;
                if (this.pos < len) {
                    const next = src.charCodeAt(this.pos);
                    if (next === CH_NL) {
                        this.pos++;
                        continue;
                    }
                    if (bt) {
                        if (unescapeAll ||
                            next === CH_DOLLAR ||
                            next === CH_BACKTICK ||
                            next === CH_DQUOTE ||
                            next === CH_BACKSLASH) {
                            const c = src[this.pos];
                            text += c;
                            if (bp)
                                litBuf += c;
                        }
                        else {
                            const pair = "\\" + src[this.pos];
                            text += pair;
                            if (bp)
                                litBuf += pair;
                        }
                    }
                    this.pos++;
                }
                continue;
            }
            if (ch === CH_DOLLAR) {
                // Inside double quotes `$"` and `$'` are a literal $: no locale string, no ANSI-C quote.
                const afterDollar = this.pos + 1 < len ? src.charCodeAt(this.pos + 1) : 0;
                if (afterDollar === CH_DQUOTE || afterDollar === CH_SQUOTE) {
                    if (bt) {
                        text += "$";
                        if (bp)
                            litBuf += "$";
                    }
                    this.pos++;
                    continue;
                }
                const expStart = this.pos;
                this.readDollar(true);
                if (bt)
                    text += this._resultText;
                if (this._resultHasExpansion)
                    hasExpansions = true;
                if (bp) {
                    const rp = this._resultPart;
                    if (rp && isDQChild(rp)) {
                        if (!parts)
                            parts = [];
                        if (expStart > litStart) {
                            parts.push({
                                type: "Literal",
                                pos: litStart,
                                end: expStart,
                                value: litBuf,
                                text: src.slice(litStart, expStart),
                            });
                            litBuf = "";
                        }
                        parts.push(rp);
                        litStart = this.pos;
                    }
                    else {
                        litBuf += this._resultText;
                    }
                }
                continue;
            }
            if (ch === CH_BACKTICK) {
                const btStart = this.pos;
                this.readBacktickExpansion(true);
                if (bt)
                    text += this._resultText;
                hasExpansions = true;
                if (bp && this._resultPart && isDQChild(this._resultPart)) {
                    if (!parts)
                        parts = [];
                    if (btStart > litStart) {
                        parts.push({
                            type: "Literal",
                            pos: litStart,
                            end: btStart,
                            value: litBuf,
                            text: src.slice(litStart, btStart),
                        });
                        litBuf = "";
                    }
                    parts.push(this._resultPart);
                    litStart = this.pos;
                }
                continue;
            }
        }
        if (bp && parts && this.pos > litStart)
            parts.push({ type: "Literal", pos: litStart, end: this.pos, value: litBuf, text: src.slice(litStart, this.pos) });
        this._dqEnd = this.pos;
        if (this.pos < len)
            this.pos++; // closing "
        else
            this.errors.push({ message: "unterminated double quote", pos: contentStart - 1 });
        this._dqText = text;
        this._dqHasExpansions = hasExpansions;
        this._dqParts = parts;
    }
    readDollar(insideDoubleQuotes = false) {
        const dollarPos = this.pos;
        this.pos++; // skip $
        const src = this.src;
        const len = this.srcEnd;
        const bt = this._buildParts || this._buildValue;
        if (this.pos >= len) {
            this._resultText = "$";
            this._resultIsRaw = true;
            this._resultHasExpansion = false;
            this._resultPart = undefined;
            return;
        }
        const logicalPos = skipLineContinuations(src, this.pos, len);
        if (logicalPos > this.pos &&
            src.charCodeAt(logicalPos) === CH_LPAREN &&
            src.charCodeAt(logicalPos + 1) !== CH_LPAREN)
            this.pos = logicalPos;
        const ch = src.charCodeAt(this.pos);
        if (ch === CH_LPAREN) {
            if (this.pos + 1 < len && src.charCodeAt(this.pos + 1) === CH_LPAREN) {
                const savedPos = this.pos;
                const savedErrors = this.errors.length;
                this.readArithmeticExpansion(dollarPos);
                if (!this._notArithmetic)
                    return;
                this.errors.length = savedErrors;
                this.pos = savedPos;
            }
            this.readCommandSubstitution(dollarPos);
            return;
        }
        if (ch === CH_LBRACE) {
            const after = this.pos + 1 < len ? src.charCodeAt(this.pos + 1) : 0;
            if (after === CH_SPACE || after === CH_TAB || after === CH_NL) {
                this.readBraceCommandSubstitution();
                return;
            }
            if (after === CH_PIPE) {
                this.readValueSubstitution();
                return;
            }
            this.readParameterExpansion(insideDoubleQuotes);
            return;
        }
        if (ch === CH_SQUOTE) {
            this.pos++;
            if (bt) {
                const value = this.readAnsiCQuoted();
                this._resultText = value;
                this._resultPart = this._buildParts
                    ? { type: "AnsiCQuoted", pos: dollarPos, end: this.pos, text: src.slice(dollarPos, this.pos), value }
                    : undefined;
            }
            else {
                this.skipAnsiCQuoted();
                this._resultText = "";
                this._resultPart = undefined;
            }
            this._resultIsRaw = false;
            this._resultHasExpansion = false;
            return;
        }
        if (ch === CH_DQUOTE) {
            this.pos++;
            this.readDoubleQuoted(insideDoubleQuotes);
            this._resultText = this._dqText;
            this._resultIsRaw = false;
            this._resultHasExpansion = this._dqHasExpansions;
            if (this._buildParts) {
                const text = src.slice(dollarPos, this.pos);
                this._resultPart = {
                    type: "LocaleString",
                    pos: dollarPos,
                    end: this.pos,
                    text,
                    parts: this._dqParts ?? [
                        {
                            type: "Literal",
                            pos: dollarPos + 2,
                            end: this._dqEnd,
                            value: this._dqText,
                            text: src.slice(dollarPos + 2, this._dqEnd),
                        },
                    ],
                };
            }
            else {
                this._resultPart = undefined;
            }
            return;
        }
        if (ch === CH_AT ||
            ch === CH_STAR ||
            ch === CH_HASH ||
            ch === CH_QUESTION ||
            ch === CH_DASH ||
            ch === CH_DOLLAR ||
            ch === CH_BANG ||
            (ch >= CH_0 && ch <= CH_9)) {
            this.pos++;
            const text = bt ? src.slice(this.pos - 2, this.pos) : "";
            this._resultText = text;
            this._resultIsRaw = true;
            this._resultHasExpansion = false;
            this._resultPart = this._buildParts
                ? { type: "SimpleExpansion", pos: dollarPos, end: this.pos, text }
                : undefined;
            return;
        }
        if (ch < 128 && isIdChar[ch] & 1) {
            const namePos = this.pos - 1;
            while (this.pos < len) {
                const c = src.charCodeAt(this.pos);
                if (c < 128 && isIdChar[c] & 2)
                    this.pos++;
                else
                    break;
            }
            const text = bt ? src.slice(namePos, this.pos) : "";
            this._resultText = text;
            this._resultIsRaw = true;
            this._resultHasExpansion = false;
            this._resultPart = this._buildParts
                ? { type: "SimpleExpansion", pos: dollarPos, end: this.pos, text }
                : undefined;
            return;
        }
        // $[ expr ] is bash's deprecated spelling of $(( expr )). It runs to the matching ']',
        // so parentheses inside belong to the expansion instead of ending the word.
        if (ch === CH_LBRACKET) {
            const errorCount = this._errors === null ? 0 : this._errors.length;
            const close = this.findClosingArithmeticBracket(this.pos + 1);
            if (close !== -1) {
                const bodyStart = this.pos + 1;
                const body = src.slice(bodyStart, close);
                this.pos = close + 1;
                const text = bt ? src.slice(dollarPos, this.pos) : "";
                this._resultText = text;
                this._resultIsRaw = true;
                this._resultHasExpansion = false;
                this._resultPart = this._buildParts
                    ? this.arithmeticExpansion(bodyStart - 2, text, body, bodyStart)
                    : undefined;
                return;
            }
            // A failed lookahead leaves `$` literal and the token path re-reads the scanned text.
            if (this._errors !== null)
                this._errors.length = errorCount;
        }
        this._resultText = "$";
        this._resultIsRaw = true;
        this._resultHasExpansion = false;
        this._resultPart = undefined;
    }
    scanArithmeticBody() {
        this._notArithmetic = false;
        this._arithUnterminated = false;
        this.pos += 2;
        let depth = 1;
        let parenDepth = 0;
        let parentParenDepth = 0;
        let parenDepths;
        let reported = false;
        const src = this.src;
        const len = this.srcEnd;
        const start = this.pos;
        while (this.pos < len && depth > 0) {
            const c = src.charCodeAt(this.pos);
            if (c === CH_BACKSLASH) {
                this.pos += this.pos + 1 < len ? 2 : 1;
            }
            else if (c === CH_SQUOTE) {
                this.pos++;
                this.skipSQ();
            }
            else if (c === CH_DQUOTE) {
                this.pos++;
                this.skipDQ();
            }
            else if (c === CH_BACKTICK) {
                this.pos++;
                while (this.pos < len && src.charCodeAt(this.pos) !== CH_BACKTICK) {
                    if (src.charCodeAt(this.pos) === CH_BACKSLASH)
                        this.pos++;
                    this.pos++;
                }
                if (this.pos < len)
                    this.pos++;
            }
            else if (c === CH_DOLLAR &&
                this.pos + 2 < len &&
                src.charCodeAt(this.pos + 1) === CH_LPAREN &&
                src.charCodeAt(this.pos + 2) !== CH_LPAREN) {
                const dollarPos = this.pos;
                this.pos += 2;
                this.extractBalanced();
                if (this._unbalanced)
                    this.errors.push({ message: "unterminated command substitution", pos: dollarPos });
            }
            else if (c === CH_DOLLAR && this.pos + 1 < len && src.charCodeAt(this.pos + 1) === CH_LBRACE) {
                const close = this.findClosingBrace(this.pos + 2, len);
                this.pos = close === -1 ? len : close + 1;
            }
            else if ((c === CH_LT || c === CH_GT) && this.pos + 1 < len && src.charCodeAt(this.pos + 1) === CH_LPAREN) {
                this.pos += 2;
                this.extractBalanced();
            }
            else if (c === CH_LPAREN) {
                if (src.charCodeAt(this.pos - 1) === CH_DOLLAR && src.charCodeAt(this.pos + 1) === CH_LPAREN) {
                    if (depth === 1)
                        parentParenDepth = parenDepth;
                    else
                        (parenDepths ?? (parenDepths = [])).push(parenDepth);
                    depth++;
                    parenDepth = 0;
                    if (depth + this._nestingDepth > MAX_SYNTAX_NESTING && !reported) {
                        this.errors.push({ message: "maximum arithmetic expansion nesting depth exceeded", pos: this.pos - 1 });
                        reported = true;
                    }
                    this.pos += 2;
                }
                else {
                    // The expression parser stops building structure at this depth; report it here, while
                    // scanning, since the expression itself resolves lazily. Each enclosing `$((` of this
                    // scan parses one level deeper, so its parentheses count from there.
                    if (++parenDepth + depth - 1 + this._nestingDepth > MAX_SYNTAX_NESTING && !reported) {
                        this.errors.push({ message: "maximum arithmetic expression nesting depth exceeded", pos: this.pos });
                        reported = true;
                    }
                    this.pos++;
                }
            }
            else if (c === CH_RPAREN && parenDepth > 0) {
                parenDepth--;
                this.pos++;
            }
            else if (c === CH_RPAREN && this.pos + 1 < len && src.charCodeAt(this.pos + 1) === CH_RPAREN) {
                if (--depth === 0) {
                    this.pos += 2;
                    break;
                }
                parenDepth = depth === 1 ? parentParenDepth : parenDepths.pop();
                this.pos += 2;
            }
            else if (c === CH_RPAREN && depth === 1) {
                // Bash reads `((` and `$((` as arithmetic only when the inner parenthesis pair is
                // immediately followed by `)`. It closed without one, so `((a) )` is nested subshells
                // and `$((a) || (b))` a command substitution; callers re-read from the start.
                this._notArithmetic = true;
                return "";
            }
            else {
                this.pos++;
            }
        }
        const bt = this._buildParts || this._buildValue;
        if (depth > 0) {
            this._arithUnterminated = true;
            return bt ? src.slice(start, this.pos) : "";
        }
        return bt ? src.slice(start, this.pos - 2) : "";
    }
    readArithmeticExpansion(dollarPos) {
        const bodyStart = this.pos + 2; // absolute offset of the body, past the "((" at this.pos
        const body = this.scanArithmeticBody();
        if (this._notArithmetic)
            return;
        if (this._arithUnterminated)
            this.errors.push({ message: "unterminated arithmetic expansion", pos: dollarPos });
        const text = this._buildParts || this._buildValue ? this.src.slice(dollarPos, this.pos) : "";
        this._resultText = text;
        this._resultIsRaw = true;
        this._resultHasExpansion = false;
        this._resultPart = this._buildParts ? this.arithmeticExpansion(dollarPos, text, body, bodyStart) : undefined;
    }
    arithmeticExpansion(pos, text, body, bodyStart) {
        return new ArithmeticExpansionImpl(pos, this.pos, text, {
            source: this.src,
            body,
            offset: bodyStart,
            depth: this._nestingDepth,
            context: this.substitutionContext,
        });
    }
    readArithmeticCommand(out, tokenStart) {
        const savedBuildValue = this._buildValue;
        this._buildValue = true;
        const body = this.scanArithmeticBody();
        this._buildValue = savedBuildValue;
        if (this._arithUnterminated)
            this.errors.push({ message: "unterminated arithmetic command", pos: tokenStart });
        setToken(out, Token.ArithCmd, body, tokenStart, this.pos);
    }
    readCommandSubstitution(dollarPos) {
        const openPos = this.pos;
        this.pos++; // skip (
        // extractBalanced returns the inner text without the closing paren, so it
        // stays correct when the input ended before that paren was reached.
        const inner = this.extractBalanced();
        if (this._unbalanced)
            this.errors.push({ message: "unterminated command substitution", pos: dollarPos });
        const bt = this._buildParts || this._buildValue;
        const rawText = bt ? this.src.slice(dollarPos, this.pos) : "";
        const text = !bt || openPos === dollarPos + 1 ? rawText : "$" + this.src.slice(openPos, this.pos);
        this._resultText = text;
        this._resultIsRaw = openPos === dollarPos + 1;
        this._resultHasExpansion = true;
        if (this._buildParts) {
            this._resultPart = this.commandExpansion(dollarPos, rawText, openPos + 1, inner, !this._unbalanced);
        }
        else {
            this._resultPart = undefined;
        }
    }
    readBraceCommandSubstitution() {
        this.readBraceSubstitution(1);
    }
    readValueSubstitution() {
        this.readBraceSubstitution(2);
    }
    readBraceSubstitution(skip) {
        const dollarPos = this.pos - 1;
        this.pos += skip;
        const src = this.src;
        const len = this.srcEnd;
        let depth = 1;
        const start = this.pos;
        while (this.pos < len) {
            const c = src.charCodeAt(this.pos);
            if (c === CH_LBRACE)
                depth++;
            else if (c === CH_RBRACE) {
                if (--depth === 0) {
                    this.pos++;
                    break;
                }
            }
            else if (c === CH_SQUOTE) {
                this.pos++;
                this.skipSQ();
                continue;
            }
            else if (c === CH_DQUOTE) {
                this.pos++;
                this.skipDQ();
                continue;
            }
            else if (c === CH_BACKSLASH)
                this.pos++;
            this.pos++;
        }
        this._resultIsRaw = true;
        this._resultHasExpansion = true;
        if (this._buildParts || this._buildValue) {
            const rawInner = src.slice(start, this.pos - 1);
            const inner = rawInner.trim();
            const text = src.slice(dollarPos, this.pos);
            this._resultText = text;
            if (this._buildParts) {
                const innerStart = start + (rawInner.length - rawInner.trimStart().length);
                this._resultPart = this.commandExpansion(dollarPos, text, innerStart, inner);
            }
            else {
                this._resultPart = undefined;
            }
        }
        else {
            this._resultText = "";
            this._resultPart = undefined;
        }
    }
    readBacktickExpansion(insideDoubleQuotes = false) {
        this.pos++; // skip opening `
        const src = this.src;
        const len = this.srcEnd;
        const start = this.pos;
        if (!this._buildParts && !this._buildValue) {
            while (this.pos < len && src.charCodeAt(this.pos) !== CH_BACKTICK) {
                if (src.charCodeAt(this.pos) === CH_BACKSLASH && this.pos + 1 < len)
                    this.pos++;
                this.pos++;
            }
            if (this.pos < len)
                this.pos++;
            else
                this.errors.push({ message: "unterminated backtick", pos: start - 1 });
            this._resultText = "";
            this._resultIsRaw = false;
            this._resultHasExpansion = true;
            this._resultPart = undefined;
            return;
        }
        let inner = "";
        let hasEscapes = false;
        while (this.pos < len && src.charCodeAt(this.pos) !== CH_BACKTICK) {
            if (src.charCodeAt(this.pos) === CH_BACKSLASH) {
                hasEscapes = true;
                break;
            }
            this.pos++;
        }
        if (!hasEscapes) {
            inner = src.slice(start, this.pos);
        }
        else {
            inner = src.slice(start, this.pos);
            while (this.pos < len && src.charCodeAt(this.pos) !== CH_BACKTICK) {
                if (src.charCodeAt(this.pos) === CH_BACKSLASH) {
                    this.pos++;
                    if (this.pos < len) {
                        const c = src.charCodeAt(this.pos);
                        if (c === CH_DOLLAR || c === CH_BACKTICK || c === CH_BACKSLASH || (insideDoubleQuotes && c === CH_DQUOTE)) {
                            inner += src[this.pos];
                        }
                        else {
                            inner += "\\" + src[this.pos];
                        }
                        this.pos++;
                    }
                }
                else {
                    const runStart = this.pos;
                    while (this.pos < len) {
                        const c = src.charCodeAt(this.pos);
                        if (c === CH_BACKTICK || c === CH_BACKSLASH)
                            break;
                        this.pos++;
                    }
                    inner += src.slice(runStart, this.pos);
                }
            }
        }
        if (this.pos < len)
            this.pos++; // closing `
        else
            this.errors.push({ message: "unterminated backtick", pos: start - 1 });
        const text = src.slice(start - 1, this.pos); // raw source including backticks
        this._resultText = inner;
        this._resultHasExpansion = true;
        if (this._buildParts) {
            this._resultPart = hasEscapes
                ? this.decodedCommandExpansion(start - 1, text, inner)
                : this.commandExpansion(start - 1, text, start, inner);
        }
        else {
            this._resultPart = undefined;
        }
    }
    readParameterExpansion(insideDoubleQuotes) {
        const src = this.src;
        const len = this.srcEnd;
        const start = this.pos; // at {
        this.pos++;
        let depth = 1;
        let reported = false;
        while (this.pos < len && depth > 0) {
            const ch = src.charCodeAt(this.pos);
            if (ch === CH_DOLLAR) {
                // Dispatch forward: `$$` consumes its own second `$`, so a `{` after it is literal.
                const next = this.pos + 1 < len ? src.charCodeAt(this.pos + 1) : 0;
                if (next === CH_LBRACE) {
                    depth++;
                    if (this._nestingDepth + depth > MAX_SYNTAX_NESTING && !reported) {
                        this.errors.push({ message: "maximum parameter expansion nesting depth exceeded", pos: this.pos });
                        reported = true;
                    }
                    this.pos += 2;
                    continue;
                }
                if (next === CH_DOLLAR) {
                    this.pos += 2;
                    continue;
                }
                if (next === CH_LPAREN) {
                    const dollarPos = this.pos;
                    this.pos += 2;
                    this.extractBalanced();
                    if (this._unbalanced)
                        this.errors.push({ message: "unterminated command substitution", pos: dollarPos });
                    continue;
                }
            }
            else if (ch === CH_BACKTICK) {
                this.pos++;
                while (this.pos < len && src.charCodeAt(this.pos) !== CH_BACKTICK) {
                    if (src.charCodeAt(this.pos) === CH_BACKSLASH)
                        this.pos++;
                    this.pos++;
                }
                if (this.pos < len)
                    this.pos++;
                continue;
            }
            else if (ch === CH_RBRACE) {
                if (--depth === 0) {
                    this.pos++;
                    break;
                }
            }
            else if (ch === CH_BACKSLASH) {
                if (this.pos + 1 < len)
                    this.pos++;
            }
            else if (ch === CH_SQUOTE) {
                this.pos++;
                if (this.pos > start + 1 && src.charCodeAt(this.pos - 2) === CH_DOLLAR)
                    this.skipAnsiCQuoted();
                else
                    this.skipSQ();
                continue;
            }
            else if (ch === CH_DQUOTE) {
                this.pos++;
                this.skipDQ();
                continue;
            }
            this.pos++;
        }
        const closed = depth === 0;
        if (!closed)
            this.errors.push({ message: "unterminated parameter expansion", pos: start - 1 });
        const text = this._buildParts || this._buildValue ? src.slice(start - 1, this.pos) : "";
        this._resultText = text;
        this._resultIsRaw = true;
        this._resultHasExpansion = false;
        if (this._buildParts) {
            const inner = src.slice(start + 1, closed ? this.pos - 1 : this.pos);
            this._resultPart = this.parseParamInner(text, inner, start + 1, insideDoubleQuotes);
        }
        else {
            this._resultPart = undefined;
        }
    }
    // `innerStart` is the absolute offset of `inner` in the original source, so each sub-field
    // word is parsed in place at its true position. `sub(a, b)` maps inner-relative offsets to
    // that absolute window.
    parseParamInner(text, inner, innerStart, insideDoubleQuotes) {
        const result = {
            type: "ParameterExpansion",
            pos: innerStart - 2,
            end: this.pos,
            text,
            parameter: "",
            parameterPos: innerStart,
            parameterEnd: innerStart,
            prefix: undefined,
            index: undefined,
            operation: undefined,
        };
        const ilen = inner.length;
        if (ilen === 0)
            return result;
        const sub = (a, b, context = "word") => this.parseSubFieldWord(innerStart + a, innerStart + b, context);
        const closeBracket = (start) => {
            const close = this.findClosingBracket(innerStart + start, innerStart + ilen);
            return close === -1 ? -1 : close - innerStart;
        };
        let i = 0;
        if (ilen > 1 && inner.charCodeAt(0) === CH_BANG) {
            result.prefix = "!";
            i = 1;
        }
        if (ilen > 1 && inner.charCodeAt(0) === CH_HASH) {
            const nameEnd = this.scanParamName(inner, 1);
            let parameterEnd = nameEnd;
            let indexEnd = -1;
            if (parameterEnd < ilen && inner.charCodeAt(parameterEnd) === CH_LBRACKET) {
                indexEnd = closeBracket(parameterEnd + 1);
                if (indexEnd !== -1)
                    parameterEnd = indexEnd + 1;
            }
            if (nameEnd > 1 && parameterEnd === ilen) {
                result.prefix = "#";
                result.parameter = inner.slice(1, nameEnd);
                result.parameterPos = innerStart + 1;
                result.parameterEnd = innerStart + nameEnd;
                if (indexEnd !== -1)
                    result.index = sub(nameEnd + 1, indexEnd, "embedded");
                return result;
            }
        }
        const nameStart = i;
        i = this.scanParamName(inner, i);
        result.parameter = inner.slice(nameStart, i);
        result.parameterPos = innerStart + nameStart;
        result.parameterEnd = innerStart + i;
        if (i < ilen && inner.charCodeAt(i) === CH_LBRACKET) {
            const closeB = closeBracket(i + 1);
            if (closeB !== -1) {
                result.index = sub(i + 1, closeB, "embedded");
                i = closeB + 1;
            }
        }
        if (i >= ilen)
            return result;
        const pos = innerStart + i;
        const end = innerStart + ilen;
        const opChar = inner.charCodeAt(i);
        const nextChar = inner.charCodeAt(i + 1);
        const defaultChar = inner[opChar === CH_COLON ? i + 1 : i];
        if (defaultChar === "-" || defaultChar === "=" || defaultChar === "+" || defaultChar === "?") {
            const operandStart = i + (opChar === CH_COLON ? 2 : 1);
            result.operation = {
                type: "Default",
                pos,
                end,
                operatorEnd: innerStart + operandStart,
                operator: opChar === CH_COLON ? `:${defaultChar}` : defaultChar,
                operand: sub(operandStart, ilen, insideDoubleQuotes ? "quoted" : "word"),
            };
            return result;
        }
        if (opChar === CH_COLON) {
            i++;
            const sliceStart = innerStart + i;
            const colonIdx = findUnnested(inner.slice(i), CH_COLON, true, (index, quoted) => {
                return this.findNestedShellEnd(sliceStart + index, end, quoted) - sliceStart;
            });
            result.operation = {
                type: "Slice",
                pos,
                end,
                operatorEnd: sliceStart,
                operator: ":",
                offset: sub(i, colonIdx === -1 ? ilen : i + colonIdx, "embedded"),
                length: colonIdx === -1 ? undefined : sub(i + colonIdx + 1, ilen, "embedded"),
            };
            return result;
        }
        if (opChar === CH_HASH || opChar === CH_PERCENT) {
            const doubled = nextChar === opChar;
            const operator = opChar === CH_HASH ? (doubled ? "##" : "#") : doubled ? "%%" : "%";
            const operandStart = i + (doubled ? 2 : 1);
            result.operation = {
                type: "Remove",
                pos,
                end,
                operatorEnd: innerStart + operandStart,
                operator,
                operand: sub(operandStart, ilen),
            };
            return result;
        }
        if (opChar === CH_SLASH) {
            i++;
            let operator = "/";
            if (nextChar === CH_SLASH || nextChar === CH_HASH || nextChar === CH_PERCENT) {
                operator = nextChar === CH_SLASH ? "//" : nextChar === CH_HASH ? "/#" : "/%";
                i++;
            }
            let separatorStart = i;
            if (nextChar === CH_SLASH) {
                // After // a leading slash belongs to the pattern; /# and /% allow empty patterns.
                separatorStart = skipLineContinuations(inner, i, ilen);
                if (inner.charCodeAt(separatorStart) === CH_SLASH)
                    separatorStart++;
            }
            const sepIdx = findUnnested(inner.slice(separatorStart), CH_SLASH);
            const patternEnd = sepIdx === -1 ? ilen : separatorStart + sepIdx;
            result.operation = {
                type: "Replace",
                pos,
                end,
                operatorEnd: innerStart + i,
                operator,
                pattern: sub(i, patternEnd),
                replacement: sub(sepIdx === -1 ? ilen : patternEnd + 1, ilen),
            };
            return result;
        }
        if (opChar === CH_CARET || opChar === CH_COMMA) {
            const doubled = nextChar === opChar;
            const operator = opChar === CH_CARET ? (doubled ? "^^" : "^") : doubled ? ",," : ",";
            const operandStart = i + (doubled ? 2 : 1);
            result.operation = {
                type: "CaseModification",
                pos,
                end,
                operatorEnd: innerStart + operandStart,
                operator,
                operand: operandStart === ilen ? undefined : sub(operandStart, ilen),
            };
            return result;
        }
        if (result.prefix === "!" &&
            result.index === undefined &&
            i + 1 === ilen &&
            (opChar === CH_AT || opChar === CH_STAR)) {
            result.operation = { type: "Names", pos, end, operatorEnd: end, operator: opChar === CH_AT ? "@" : "*" };
            return result;
        }
        if (opChar === CH_AT) {
            result.operation = {
                type: "Transform",
                pos,
                end,
                operatorEnd: pos + 1,
                operator: "@",
                operand: sub(i + 1, ilen),
            };
            return result;
        }
        result.operation = { type: "Unknown", pos, end, operatorEnd: end, operator: inner.slice(i) };
        return result;
    }
    findNestedShellEnd(start, end, quoted) {
        const ch = this.src.charCodeAt(start);
        if (ch === CH_BACKTICK) {
            let pos = start + 1;
            while (pos < end) {
                const current = this.src.charCodeAt(pos);
                if (current === CH_BACKSLASH) {
                    pos += 2;
                    continue;
                }
                pos++;
                if (current === CH_BACKTICK)
                    return pos;
            }
            return end;
        }
        let close;
        if (ch === CH_DOLLAR) {
            const next = start + 1;
            if (next < end && this.src.charCodeAt(next) === CH_LBRACE) {
                close = this.findClosingBrace(next + 1, end);
            }
            else {
                const open = skipLineContinuations(this.src, next, end);
                if (open >= end || this.src.charCodeAt(open) !== CH_LPAREN)
                    return start;
                close = this.findClosingParenthesis(open + 1, end);
            }
        }
        else {
            const open = start + 1;
            if (quoted || (ch !== CH_LT && ch !== CH_GT) || open >= end || this.src.charCodeAt(open) !== CH_LPAREN) {
                return start;
            }
            close = this.findClosingParenthesis(open + 1, end);
        }
        return close === -1 ? end : close + 1;
    }
    scanParamName(s, start) {
        let i = start;
        if (i >= s.length)
            return i;
        const c = s.charCodeAt(i);
        // Special single-char params
        if (c === CH_AT ||
            c === CH_STAR ||
            c === CH_HASH ||
            c === CH_QUESTION ||
            c === CH_DASH ||
            c === CH_DOLLAR ||
            c === CH_BANG) {
            return i + 1;
        }
        // Digits
        if (c >= CH_0 && c <= CH_9) {
            while (i < s.length && s.charCodeAt(i) >= CH_0 && s.charCodeAt(i) <= CH_9)
                i++;
            return i;
        }
        // Regular name: [a-zA-Z_][a-zA-Z0-9_]*
        if ((c >= CH_a && c <= CH_z) || (c >= CH_A && c <= CH_Z) || c === CH_UNDERSCORE) {
            i++;
            while (i < s.length) {
                const ch = s.charCodeAt(i);
                if ((ch >= CH_a && ch <= CH_z) ||
                    (ch >= CH_A && ch <= CH_Z) ||
                    (ch >= CH_0 && ch <= CH_9) ||
                    ch === CH_UNDERSCORE)
                    i++;
                else
                    break;
            }
        }
        return i;
    }
    readAnsiCQuoted() {
        const quotePos = this.pos - 1;
        const result = decodeAnsiCQuoted(this.src, this.pos, this.srcEnd);
        this.pos = result.end;
        if (!result.closed)
            this.errors.push({ message: "unterminated ANSI-C quote", pos: quotePos });
        return result.value;
    }
    // Quotes resume when a nested substitution returns to their parenthesis depth.
    extractBalanced(useGrammar = true, quoteOnly = false) {
        const src = this.src;
        const len = this.srcEnd;
        const bt = this._buildParts || this._buildValue;
        let depth = quoteOnly ? 0 : 1;
        const start = this.pos;
        this._unbalanced = false;
        const knownEnd = useGrammar && !quoteOnly ? this.substitutionContext.boundaries?.get(start) : undefined;
        if (knownEnd !== undefined && knownEnd <= len && this._nestingDepth < MAX_SYNTAX_NESTING) {
            this.pos = knownEnd;
            return bt ? src.slice(start, knownEnd - 1) : "";
        }
        let wordStart = true;
        // Fast path: scan for simple cases with no nested quotes/parens/case. Nothing here
        // opens a paren — `(` breaks to the slow path — so depth stays 1 and the first `)`
        // closes the construct.
        while (!quoteOnly && this.pos < len) {
            const c = src.charCodeAt(this.pos);
            if (c === CH_RPAREN) {
                const result = bt ? src.slice(start, this.pos) : "";
                this.pos++;
                return result;
            }
            else if (c === CH_LPAREN ||
                c === CH_BACKSLASH ||
                c === CH_SQUOTE ||
                c === CH_DQUOTE ||
                c === CH_BACKTICK ||
                (c === CH_DOLLAR &&
                    (src.charCodeAt(this.pos + 1) === CH_SQUOTE ||
                        src.charCodeAt(this.pos + 1) === CH_DOLLAR ||
                        src.charCodeAt(this.pos + 1) === CH_LBRACE))) {
                break;
            }
            else if (c === CH_LT && this.pos + 1 < len && src.charCodeAt(this.pos + 1) === CH_LT) {
                break;
            }
            else if (c === CH_HASH && wordStart) {
                break;
            }
            else if (c === 99 /* c */ &&
                wordStart &&
                this.pos + 3 < len &&
                src.charCodeAt(this.pos + 1) === 97 /* a */ &&
                src.charCodeAt(this.pos + 2) === 115 /* s */ &&
                src.charCodeAt(this.pos + 3) === 101 /* e */ &&
                (this.pos + 4 >= len || (src.charCodeAt(this.pos + 4) < 128 && charType[src.charCodeAt(this.pos + 4)] & 1))) {
                break;
            }
            else {
                wordStart = c < 128 && (charType[c] & 1) !== 0;
                this.pos++;
            }
        }
        // Slow path: just track position (source is copied verbatim, so slice at end)
        let caseDepth = 0;
        // Parentheses opened since the innermost `case` began. A `)` only terminates a case
        // pattern when nothing is open — otherwise it closes a pattern's leading `(`, an
        // extglob group, or a subshell in the case body, and must rebalance `depth`.
        let caseParens = 0;
        // Word-form parens resume mid-word; grammar parens resume where `#` can open a comment.
        const wordStartAfterParen = [];
        let pendingDelims = null;
        let scripts;
        let arithBase = -1;
        // A `$((` extent is found by bash's arithmetic scanner, where `#` is ordinary, and keeps
        // that extent even for a command body. The two chars before `start` are the delimiter.
        let arithExtent = start >= 2 &&
            src.charCodeAt(start) === CH_LPAREN &&
            src.charCodeAt(start - 1) === CH_LPAREN &&
            src.charCodeAt(start - 2) === CH_DOLLAR;
        let substitutions = 0;
        let reported = false;
        const quotes = quoteOnly ? [{ close: CH_DQUOTE, depth: 0 }] : [];
        let quotedDepth = quoteOnly ? 1 : 0;
        let parameterDepth = 0;
        let arithmeticOpens;
        let continuedDollarPos = -1;
        let continuedParenPos = -1;
        let escapedEnd = -1;
        let lastParenEnd = -1;
        let checkedGrammar = false;
        while (this.pos < len && (depth > 0 || quotes.length > 0)) {
            let ch = src.charCodeAt(this.pos);
            // A negative index would leave V8's fast array path, so guard the empty stack.
            const quote = quotes.length === 0 ? undefined : quotes[quotes.length - 1];
            if (quote !== undefined && quote.depth === depth) {
                let commandOpen = false;
                if (ch === CH_BACKSLASH) {
                    this.pos = Math.min(this.pos + 2, len);
                    continue;
                }
                if (ch === quote.close) {
                    quotes.pop();
                    if (ch === CH_DQUOTE)
                        quotedDepth--;
                    else
                        parameterDepth--;
                    this.pos++;
                    if (quoteOnly && depth === 0 && quotes.length === 0)
                        return "";
                    continue;
                }
                if (ch === CH_DQUOTE) {
                    quotes.push({ close: CH_DQUOTE, depth });
                    quotedDepth++;
                }
                else if (ch === CH_SQUOTE && quote.close === CH_RBRACE) {
                    this.pos++;
                    this.skipSQ();
                    continue;
                }
                else if (ch === CH_BACKTICK) {
                    this.pos++;
                    while (this.pos < len && src.charCodeAt(this.pos) !== CH_BACKTICK) {
                        if (src.charCodeAt(this.pos) === CH_BACKSLASH)
                            this.pos++;
                        if (this.pos < len)
                            this.pos++;
                    }
                    if (this.pos < len)
                        this.pos++;
                    continue;
                }
                else if (ch === CH_DOLLAR) {
                    const next = src.charCodeAt(this.pos + 1);
                    if (next === CH_SQUOTE && quote.close === CH_RBRACE) {
                        this.pos += 2;
                        this.skipAnsiCQuoted();
                        continue;
                    }
                    if (next === CH_LBRACE) {
                        quotes.push({ close: CH_RBRACE, depth });
                        parameterDepth++;
                        this.pos++;
                    }
                    else if (next === CH_LPAREN) {
                        this.pos++;
                        ch = CH_LPAREN;
                        commandOpen = true;
                    }
                    else if (next === CH_DOLLAR) {
                        // `$$` is one parameter unless `(` follows: Bash's quote scanner then reads `$` + `$(`.
                        this.pos += src.charCodeAt(this.pos + 2) === CH_LPAREN ? 1 : 2;
                        continue;
                    }
                }
                if (!reported && this._nestingDepth + Math.max(quotedDepth, parameterDepth) > MAX_SYNTAX_NESTING) {
                    this.errors.push({ message: "maximum word nesting depth exceeded", pos: this.pos });
                    reported = true;
                }
                if (!commandOpen) {
                    // Plain text changes no depth, so the rest of the run needs no further checks.
                    this.pos++;
                    while (this.pos < len) {
                        const c = src.charCodeAt(this.pos);
                        if (c === CH_BACKSLASH ||
                            c === CH_DQUOTE ||
                            c === CH_DOLLAR ||
                            c === CH_BACKTICK ||
                            c === CH_RBRACE ||
                            c === CH_SQUOTE)
                            break;
                        this.pos++;
                    }
                    continue;
                }
            }
            // The grammar resolves whether '#' after ')' is a comment, including inside array subscripts.
            if (ch === CH_HASH &&
                lastParenEnd !== -1 &&
                !arithExtent &&
                arithBase < 0 &&
                useGrammar &&
                !checkedGrammar &&
                this._nestingDepth + (scripts?.length ?? 0) < MAX_SYNTAX_NESTING &&
                skipBlanks(src, lastParenEnd, len) === this.pos) {
                checkedGrammar = true;
                const scope = scripts?.[scripts.length - 1];
                const end = this.findSubstitutionEnd(scope?.start ?? start, len, this._nestingDepth + (scripts?.length ?? 0) + 1);
                if (end !== -1) {
                    if (scope === undefined) {
                        this.pos = end;
                        return bt ? src.slice(start, end - 1) : "";
                    }
                    // Rejoin the closing-parenthesis path so the proven script end restores its enclosing scope.
                    this.pos = end - 1;
                    depth = scope.depth + 1;
                    caseDepth = 0;
                    caseParens = 0;
                    wordStartAfterParen.length = scope.parens + 1;
                    ch = CH_RPAREN;
                }
            }
            if (ch === CH_LPAREN) {
                // An escaped character (`\$(`) is text, not a substitution or extglob prefix.
                const prev = this.pos > start && this.pos !== escapedEnd ? src.charCodeAt(this.pos - 1) : 0;
                const commandDollarPos = prev === CH_DOLLAR ? this.pos - 1 : this.pos === continuedParenPos ? continuedDollarPos : -1;
                const wordParen = commandDollarPos !== -1 ||
                    prev === CH_LT ||
                    prev === CH_GT ||
                    prev === CH_EQ ||
                    prev === CH_AT ||
                    prev === CH_QUESTION ||
                    prev === CH_STAR ||
                    prev === CH_PLUS ||
                    prev === CH_BANG ||
                    (prev === CH_LPAREN && wordStartAfterParen[wordStartAfterParen.length - 1] === false) ||
                    (arithExtent && this.pos === start);
                const script = (commandDollarPos !== -1 && src.charCodeAt(this.pos + 1) !== CH_LPAREN) ||
                    ((prev === CH_LT || prev === CH_GT) && arithBase < 0 && !arithExtent);
                if (script) {
                    (scripts ?? (scripts = [])).push({
                        start: this.pos + 1,
                        dollar: commandDollarPos,
                        depth,
                        parens: wordStartAfterParen.length,
                        caseDepth,
                        caseParens,
                        arithBase,
                        arithExtent,
                        substitutions,
                        checkedGrammar,
                        pendingDelims,
                    });
                    caseDepth = 0;
                    caseParens = 0;
                    arithBase = -1;
                    arithExtent = false;
                    checkedGrammar = false;
                    pendingDelims = null;
                }
                wordStartAfterParen.push(!wordParen);
                wordStart = true;
                // (( opens arithmetic — suppress heredoc detection until the parens
                // rebalance so shift operators inside aren't mistaken for heredocs
                if (!script && arithBase < 0 && this.pos + 1 < len && src.charCodeAt(this.pos + 1) === CH_LPAREN) {
                    arithBase = depth;
                }
                if (commandDollarPos !== -1) {
                    if (script)
                        substitutions++;
                    else
                        (arithmeticOpens ?? (arithmeticOpens = [])).push(depth);
                    if (substitutions + (arithmeticOpens?.length ?? 0) + this._nestingDepth + (quoteOnly ? 0 : 1) >
                        MAX_SYNTAX_NESTING &&
                        !reported) {
                        this.errors.push({ message: "maximum command substitution nesting depth exceeded", pos: commandDollarPos });
                        reported = true;
                    }
                }
                continuedDollarPos = -1;
                continuedParenPos = -1;
                depth++;
                if (caseDepth > 0)
                    caseParens++;
                this.pos++;
            }
            else if (ch === CH_RPAREN) {
                if (caseDepth > 0 && caseParens === 0) {
                    this.pos++;
                    wordStart = true;
                }
                else {
                    if (caseDepth > 0)
                        caseParens--;
                    depth--;
                    if (depth === 0 && !quoteOnly) {
                        const result = bt ? src.slice(start, this.pos) : "";
                        this.pos++;
                        return result;
                    }
                    if (depth <= arithBase)
                        arithBase = -1;
                    if (arithmeticOpens !== undefined) {
                        while (arithmeticOpens.length > 0 && arithmeticOpens[arithmeticOpens.length - 1] >= depth)
                            arithmeticOpens.pop();
                    }
                    wordStart = wordStartAfterParen.pop() ?? true;
                    this.pos++;
                    const scope = scripts?.[scripts.length - 1];
                    if (scope !== undefined && scope.depth === depth) {
                        scripts.pop();
                        caseDepth = scope.caseDepth;
                        caseParens = scope.caseParens;
                        arithBase = scope.arithBase;
                        arithExtent = scope.arithExtent;
                        substitutions = scope.substitutions;
                        checkedGrammar = scope.checkedGrammar;
                        pendingDelims = scope.pendingDelims;
                    }
                }
                lastParenEnd = this.pos;
            }
            else if (ch === CH_BACKSLASH) {
                if (this.pos > start && src.charCodeAt(this.pos - 1) === CH_DOLLAR) {
                    const logicalPos = skipLineContinuations(src, this.pos, len);
                    if (logicalPos > this.pos &&
                        src.charCodeAt(logicalPos) === CH_LPAREN &&
                        src.charCodeAt(logicalPos + 1) !== CH_LPAREN) {
                        continuedDollarPos = this.pos - 1;
                        continuedParenPos = logicalPos;
                    }
                }
                this.pos++;
                if (this.pos < len) {
                    if (src.charCodeAt(this.pos) !== CH_NL) {
                        wordStart = false;
                    }
                    this.pos++;
                }
                escapedEnd = this.pos;
            }
            else if (ch === CH_DOLLAR) {
                const next = src.charCodeAt(++this.pos);
                if (next === CH_SQUOTE) {
                    this.pos++;
                    this.skipAnsiCQuoted();
                }
                else if (next === CH_DOLLAR) {
                    this.pos++;
                }
                else if (next === CH_LBRACE && !isBraceCommandOpener(src.charCodeAt(this.pos + 1))) {
                    // `${` opens a parameter expansion; `<<`, `)` and `#` inside it are pattern text. The
                    // `${ cmd; }` and `${|cmd; }` command forms keep the plain scan, as readDollar dispatches them.
                    quotes.push({ close: CH_RBRACE, depth });
                    parameterDepth++;
                    this.pos++;
                }
                wordStart = false;
            }
            else if (ch === CH_SQUOTE) {
                this.pos++;
                this.skipSQ();
                wordStart = false;
            }
            else if (ch === CH_DQUOTE) {
                quotes.push({ close: CH_DQUOTE, depth });
                quotedDepth++;
                this.pos++;
                wordStart = false;
            }
            else if (ch === CH_BACKTICK) {
                this.pos++;
                while (this.pos < len && src.charCodeAt(this.pos) !== CH_BACKTICK) {
                    if (src.charCodeAt(this.pos) === CH_BACKSLASH)
                        this.pos++;
                    if (this.pos < len)
                        this.pos++;
                }
                if (this.pos < len)
                    this.pos++;
                wordStart = false;
            }
            else if (ch === CH_LT && arithBase < 0 && this.pos + 1 < len && src.charCodeAt(this.pos + 1) === CH_LT) {
                // << is a heredoc operator even in case-pattern position — unquoted <<
                // inside a pattern is a bash syntax error, so no caseDepth gate here
                if (this.pos + 2 < len && src.charCodeAt(this.pos + 2) === CH_LT) {
                    this.pos += 3; // <<< herestring
                }
                else {
                    this.pos += 2;
                    const strip = this.pos < len && src.charCodeAt(this.pos) === CH_DASH;
                    if (strip)
                        this.pos++;
                    this.skipSpacesAndTabs();
                    this.readHereDocDelimiter();
                    // Empty unquoted delimiter means there was no delimiter word (`<< )`)
                    if (this._hereDelim || this._hereQuoted) {
                        (pendingDelims ?? (pendingDelims = [])).push({
                            delimiter: this._hereDelim,
                            strip,
                            quoted: this._hereQuoted,
                        });
                    }
                }
                wordStart = false;
            }
            else if (ch === CH_NL && pendingDelims) {
                this.pos++;
                for (const hd of pendingDelims)
                    this.skipHereDocBody(hd.delimiter, hd.strip, true, hd.quoted);
                pendingDelims = null;
                wordStart = true;
            }
            else if (ch === CH_HASH && arithBase < 0 && !arithExtent && wordStart) {
                // Word-boundary # opens a comment — opaque up to (not including) the
                // newline, so quotes and << inside it stay inert
                while (this.pos < len && src.charCodeAt(this.pos) !== CH_NL)
                    this.pos++;
            }
            else {
                const wStart = this.pos;
                while (this.pos < len) {
                    const wc = src.charCodeAt(this.pos);
                    if (wc < 128 && charType[wc])
                        break;
                    this.pos++;
                }
                if (this.pos > wStart) {
                    const wLen = this.pos - wStart;
                    if (wLen === 4 && wordStart && arithBase < 0 && !arithExtent) {
                        const c0 = src.charCodeAt(wStart);
                        if (c0 === 99 &&
                            src.charCodeAt(wStart + 1) === 97 &&
                            src.charCodeAt(wStart + 2) === 115 &&
                            src.charCodeAt(wStart + 3) === 101) {
                            caseDepth++;
                        }
                        else if (c0 === 101 &&
                            src.charCodeAt(wStart + 1) === 115 &&
                            src.charCodeAt(wStart + 2) === 97 &&
                            src.charCodeAt(wStart + 3) === 99 &&
                            caseDepth > 0) {
                            caseDepth--;
                            if (caseDepth === 0)
                                caseParens = 0;
                        }
                    }
                    wordStart = false;
                }
                else {
                    const wc = src.charCodeAt(this.pos);
                    wordStart = wc < 128 && (charType[wc] & 1) !== 0;
                    this.pos++;
                }
            }
        }
        // Ran out of input before the closing paren. A quoted scan owns the `$(` it opened: the
        // outermost one left open is reported here, since no token read revisits this text.
        this._unbalanced = true;
        if (quoteOnly && scripts !== undefined && scripts.length > 0) {
            this.errors.push({ message: "unterminated command substitution", pos: scripts[0].dollar });
        }
        return bt ? src.slice(start, this.pos) : "";
    }
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/arithmetic.js



function opPrec(op) {
    switch (op) {
        case ",":
            return 1;
        case "=":
        case "+=":
        case "-=":
        case "*=":
        case "/=":
        case "%=":
        case "<<=":
        case ">>=":
        case "&=":
        case "|=":
        case "^=":
            return 2;
        case "||":
            return 4;
        case "&&":
            return 5;
        case "|":
            return 6;
        case "^":
            return 7;
        case "&":
            return 8;
        case "==":
        case "!=":
            return 9;
        case "<":
        case "<=":
        case ">":
        case ">=":
            return 10;
        case "<<":
        case ">>":
            return 11;
        case "+":
        case "-":
            return 12;
        case "*":
        case "/":
        case "%":
            return 13;
        case "**":
            return 14;
        case "?":
            return 3;
        default:
            return -1;
    }
}
function trimEnd(src, start, end) {
    while (end > start) {
        const c = src.charCodeAt(end - 1);
        if (c !== CH_SPACE && c !== CH_TAB && c !== CH_NL)
            break;
        end--;
    }
    return end;
}
function opRightAssoc(op) {
    switch (op) {
        case "=":
        case "+=":
        case "-=":
        case "*=":
        case "/=":
        case "%=":
        case "<<=":
        case ">>=":
        case "&=":
        case "|=":
        case "^=":
        case "**":
            return true;
        default:
            return false;
    }
}
function parseArithmeticExpression(src, offset = 0, collector, nestingDepth = 0) {
    let pos = 0;
    const len = src.length;
    const initialWordCount = collector?.embeddedWords.length ?? 0;
    function makeWord(start, end, embedded = false) {
        const node = {
            type: "ArithmeticWord",
            pos: start + offset,
            end: end + offset,
            value: src.slice(start, end),
            parts: undefined,
        };
        if (embedded)
            collector?.embeddedWords.push(node);
        return node;
    }
    function skipWS() {
        while (pos < len) {
            const c = src.charCodeAt(pos);
            if (c === CH_SPACE || c === CH_TAB || c === CH_NL)
                pos++;
            else
                break;
        }
    }
    function tryReadBinOp() {
        if (pos >= len)
            return null;
        const c = src.charCodeAt(pos);
        const nc = pos + 1 < len ? src.charCodeAt(pos + 1) : 0;
        const nnc = pos + 2 < len ? src.charCodeAt(pos + 2) : 0;
        switch (c) {
            case CH_COMMA:
                pos++;
                return ",";
            case CH_EQ:
                if (nc === CH_EQ) {
                    pos += 2;
                    return "==";
                }
                pos++;
                return "=";
            case CH_BANG:
                if (nc === CH_EQ) {
                    pos += 2;
                    return "!=";
                }
                return null; // unary
            case CH_LT:
                if (nc === CH_LT) {
                    if (nnc === CH_EQ) {
                        pos += 3;
                        return "<<=";
                    }
                    pos += 2;
                    return "<<";
                }
                if (nc === CH_EQ) {
                    pos += 2;
                    return "<=";
                }
                pos++;
                return "<";
            case CH_GT:
                if (nc === CH_GT) {
                    if (nnc === CH_EQ) {
                        pos += 3;
                        return ">>=";
                    }
                    pos += 2;
                    return ">>";
                }
                if (nc === CH_EQ) {
                    pos += 2;
                    return ">=";
                }
                pos++;
                return ">";
            case CH_PLUS:
                if (nc === CH_EQ) {
                    pos += 2;
                    return "+=";
                }
                if (nc === CH_PLUS)
                    return null; // postfix/prefix, not binary
                pos++;
                return "+";
            case CH_DASH:
                if (nc === CH_EQ) {
                    pos += 2;
                    return "-=";
                }
                if (nc === CH_DASH)
                    return null; // postfix/prefix, not binary
                pos++;
                return "-";
            case CH_STAR:
                if (nc === CH_STAR) {
                    pos += 2;
                    return "**";
                }
                if (nc === CH_EQ) {
                    pos += 2;
                    return "*=";
                }
                pos++;
                return "*";
            case CH_SLASH:
                if (nc === CH_EQ) {
                    pos += 2;
                    return "/=";
                }
                pos++;
                return "/";
            case CH_PERCENT:
                if (nc === CH_EQ) {
                    pos += 2;
                    return "%=";
                }
                pos++;
                return "%";
            case CH_PIPE:
                if (nc === CH_PIPE) {
                    pos += 2;
                    return "||";
                }
                if (nc === CH_EQ) {
                    pos += 2;
                    return "|=";
                }
                pos++;
                return "|";
            case CH_AMP:
                if (nc === CH_AMP) {
                    pos += 2;
                    return "&&";
                }
                if (nc === CH_EQ) {
                    pos += 2;
                    return "&=";
                }
                pos++;
                return "&";
            case CH_CARET:
                if (nc === CH_EQ) {
                    pos += 2;
                    return "^=";
                }
                pos++;
                return "^";
            case CH_QUESTION:
                pos++;
                return "?";
            default:
                return null;
        }
    }
    function skipTruncatedUnary() {
        skipWS();
        while (pos < len) {
            const c = src.charCodeAt(pos);
            if (c !== CH_BANG && c !== CH_TILDE && c !== CH_PLUS && c !== CH_DASH)
                break;
            if (src.charCodeAt(pos + 1) === CH_EQ)
                break;
            pos++;
            skipWS();
        }
        if (src.charCodeAt(pos) === CH_LPAREN) {
            let groups = 1;
            pos++;
            while (pos < len && groups > 0) {
                const wordEnd = collector?.findArithmeticWordEnd?.(pos + offset, offset + len) ?? pos + offset;
                if (wordEnd > pos + offset) {
                    pos = wordEnd - offset;
                    continue;
                }
                const c = src.charCodeAt(pos++);
                if (c === CH_LPAREN)
                    groups++;
                else if (c === CH_RPAREN)
                    groups--;
            }
        }
        else if (pos < len && src.charCodeAt(pos) !== CH_RPAREN && src.charCodeAt(pos) !== CH_COLON) {
            parseAtom(0);
        }
        skipWS();
        const c = src.charCodeAt(pos);
        if ((c === CH_PLUS || c === CH_DASH) && src.charCodeAt(pos + 1) === c)
            pos += 2;
    }
    function recoverExpression(minPrec) {
        skipWS();
        const start = pos;
        if (start === len)
            return makeWord(start, start);
        const wordCount = collector?.embeddedWords.length ?? 0;
        let ternaries = 0;
        for (;;) {
            skipTruncatedUnary();
            skipWS();
            if (src.charCodeAt(pos) === CH_COLON && ternaries > 0) {
                ternaries--;
                pos++;
                continue;
            }
            const saved = pos;
            const op = tryReadBinOp();
            if (op === null || (ternaries === 0 && opPrec(op) < minPrec)) {
                pos = saved;
                break;
            }
            if (op === "?")
                ternaries++;
        }
        if (collector)
            collector.embeddedWords.length = wordCount;
        return makeWord(start, trimEnd(src, start, pos));
    }
    function parseBinExpr(minPrec, depth) {
        if (depth > MAX_SYNTAX_NESTING)
            return recoverExpression(minPrec);
        let left = parseUnaryExpr(depth);
        while (true) {
            skipWS();
            if (pos >= len)
                break;
            const saved = pos;
            const op = tryReadBinOp();
            if (!op)
                break;
            // Ternary
            if (op === "?") {
                if (opPrec(op) < minPrec) {
                    pos = saved;
                    break;
                }
                const consequent = parseBinExpr(1, depth + 1);
                skipWS();
                if (pos < len && src.charCodeAt(pos) === CH_COLON)
                    pos++;
                const alternate = parseBinExpr(3, depth + 1);
                left = { type: "ArithmeticTernary", pos: left.pos, end: alternate.end, test: left, consequent, alternate };
                continue;
            }
            const prec = opPrec(op);
            if (prec < minPrec) {
                pos = saved;
                break;
            }
            const nextPrec = opRightAssoc(op) ? prec : prec + 1;
            const right = parseBinExpr(nextPrec, depth + 1);
            left = { type: "ArithmeticBinary", pos: left.pos, end: right.end, operator: op, left, right };
        }
        return left;
    }
    function parseUnaryExpr(depth) {
        skipWS();
        if (depth > MAX_SYNTAX_NESTING)
            return recoverExpression(15);
        if (pos >= len)
            return makeWord(pos, pos);
        const start = pos;
        const c = src.charCodeAt(pos);
        const nc = pos + 1 < len ? src.charCodeAt(pos + 1) : 0;
        // Prefix ++ --
        if (c === CH_PLUS && nc === CH_PLUS) {
            pos += 2;
            const operand = parseUnaryExpr(depth + 1);
            return { type: "ArithmeticUnary", pos: start + offset, end: operand.end, operator: "++", operand, prefix: true };
        }
        if (c === CH_DASH && nc === CH_DASH) {
            pos += 2;
            const operand = parseUnaryExpr(depth + 1);
            return { type: "ArithmeticUnary", pos: start + offset, end: operand.end, operator: "--", operand, prefix: true };
        }
        // Unary ! ~ + -
        if (c === CH_BANG) {
            pos++;
            const operand = parseUnaryExpr(depth + 1);
            return { type: "ArithmeticUnary", pos: start + offset, end: operand.end, operator: "!", operand, prefix: true };
        }
        if (c === CH_TILDE) {
            pos++;
            const operand = parseUnaryExpr(depth + 1);
            return { type: "ArithmeticUnary", pos: start + offset, end: operand.end, operator: "~", operand, prefix: true };
        }
        if (c === CH_PLUS && nc !== CH_PLUS && nc !== CH_EQ) {
            pos++;
            const operand = parseUnaryExpr(depth + 1);
            return { type: "ArithmeticUnary", pos: start + offset, end: operand.end, operator: "+", operand, prefix: true };
        }
        if (c === CH_DASH && nc !== CH_DASH && nc !== CH_EQ) {
            pos++;
            const operand = parseUnaryExpr(depth + 1);
            return { type: "ArithmeticUnary", pos: start + offset, end: operand.end, operator: "-", operand, prefix: true };
        }
        return parsePostfixExpr(depth);
    }
    function parsePostfixExpr(depth) {
        const operand = parseAtom(depth);
        skipWS();
        if (pos + 1 < len) {
            const c = src.charCodeAt(pos);
            const nc = src.charCodeAt(pos + 1);
            if (c === CH_PLUS && nc === CH_PLUS) {
                pos += 2;
                return { type: "ArithmeticUnary", pos: operand.pos, end: pos + offset, operator: "++", operand, prefix: false };
            }
            if (c === CH_DASH && nc === CH_DASH) {
                pos += 2;
                return { type: "ArithmeticUnary", pos: operand.pos, end: pos + offset, operator: "--", operand, prefix: false };
            }
        }
        return operand;
    }
    function parseAtom(depth) {
        skipWS();
        if (pos >= len)
            return makeWord(pos, pos);
        const c = src.charCodeAt(pos);
        // Parenthesized expression
        if (c === CH_LPAREN) {
            const start = pos;
            pos++;
            const expr = parseBinExpr(0, depth + 1);
            skipWS();
            if (pos < len && src.charCodeAt(pos) === CH_RPAREN)
                pos++;
            return { type: "ArithmeticGroup", pos: start + offset, end: pos + offset, expression: expr };
        }
        // Dollar expansion
        if (c === CH_DOLLAR) {
            const start = pos;
            const wordCount = collector?.embeddedWords.length ?? 0;
            const atom = readDollarAtom();
            const wordEnd = collector?.findArithmeticWordEnd?.(start + offset, offset + len) ?? pos + offset;
            if (wordEnd > pos + offset) {
                if (collector)
                    collector.embeddedWords.length = wordCount;
                pos = wordEnd - offset;
                return makeWord(start, pos, true);
            }
            return atom;
        }
        if (c === 0x60 /* ` */ || c === 0x22 /* " */ || c === 0x27 /* ' */) {
            const start = pos;
            pos = (collector?.findArithmeticWordEnd?.(start + offset, offset + len) ?? start + offset + 1) - offset;
            return makeWord(start, pos, true);
        }
        // Number or variable name
        const start = pos;
        const wordCount = collector?.embeddedWords.length ?? 0;
        const atom = readWordAtom();
        const wordEnd = collector?.findArithmeticWordEnd?.(start + offset, offset + len) ?? pos + offset;
        if (wordEnd > pos + offset) {
            if (collector)
                collector.embeddedWords.length = wordCount;
            pos = wordEnd - offset;
            return makeWord(start, pos, true);
        }
        return atom;
    }
    function readDollarAtom() {
        const start = pos;
        pos++; // skip $
        if (pos >= len)
            return makeWord(start, pos);
        const c = src.charCodeAt(pos);
        if (c === CH_LPAREN) {
            if (pos + 1 < len && src.charCodeAt(pos + 1) === CH_LPAREN) {
                // $(( nested arithmetic ))
                const expansionEnd = collector?.findArithmeticExpansionEnd(start + offset, offset + len) ?? -1;
                if (expansionEnd !== -1) {
                    pos = expansionEnd - offset;
                }
                else {
                    pos += 2;
                    let depth = 1;
                    while (pos < len && depth > 0) {
                        if (src.charCodeAt(pos) === CH_LPAREN && src.charCodeAt(pos + 1) === CH_LPAREN) {
                            depth++;
                            pos += 2;
                        }
                        else if (src.charCodeAt(pos) === CH_RPAREN && src.charCodeAt(pos + 1) === CH_RPAREN) {
                            depth--;
                            pos += 2;
                        }
                        else {
                            pos++;
                        }
                    }
                }
            }
            else {
                // $( command substitution )
                pos++; // skip (
                const close = collector?.findClosingParenthesis(pos + offset, offset + len) ?? -1;
                if (close !== -1) {
                    pos = close - offset + 1;
                }
                else {
                    let depth = 1;
                    while (pos < len && depth > 0) {
                        const ch = src.charCodeAt(pos++);
                        if (ch === CH_LPAREN)
                            depth++;
                        else if (ch === CH_RPAREN)
                            depth--;
                    }
                }
                const text = src.slice(start, pos);
                return collector
                    ? collector.commandExpansion(start + offset, pos + offset, text)
                    : new ScriptExpansionImpl("ArithmeticCommandExpansion", start + offset, pos + offset, text);
            }
        }
        else if (c === CH_LBRACE) {
            // ${ parameter expansion }
            const close = collector?.findClosingBrace(pos + offset + 1, offset + len) ?? -1;
            if (close !== -1) {
                pos = close - offset + 1;
            }
            else {
                pos++;
                let depth = 1;
                while (pos < len && depth > 0) {
                    const ch = src.charCodeAt(pos++);
                    if (ch === CH_LBRACE)
                        depth++;
                    else if (ch === CH_RBRACE)
                        depth--;
                }
            }
        }
        else {
            // $var
            while (pos < len) {
                const ch = src.charCodeAt(pos);
                if ((ch >= CH_a && ch <= CH_z) ||
                    (ch >= CH_A && ch <= CH_Z) ||
                    (ch >= CH_0 && ch <= CH_9) ||
                    ch === CH_UNDERSCORE)
                    pos++;
                else
                    break;
            }
        }
        return makeWord(start, pos, c === CH_LPAREN || c === CH_LBRACE);
    }
    function readWordAtom() {
        const start = pos;
        while (pos < len) {
            const c = src.charCodeAt(pos);
            if ((c >= CH_0 && c <= CH_9) ||
                (c >= CH_A && c <= CH_Z) ||
                (c >= CH_a && c <= CH_z) ||
                c === CH_UNDERSCORE ||
                c === 35 // # for base-N literals like 2#101
            ) {
                pos++;
            }
            else
                break;
        }
        // Array subscript: var[expr]
        if (pos > start && pos < len && src.charCodeAt(pos) === CH_LBRACKET) {
            const close = collector?.findClosingBracket?.(pos + offset + 1, offset + len) ?? -1;
            if (close !== -1) {
                pos = close - offset + 1;
            }
            else {
                pos++;
                let depth = 1;
                while (pos < len && depth > 0) {
                    const c = src.charCodeAt(pos);
                    if (c === CH_LBRACKET)
                        depth++;
                    else if (c === CH_RBRACKET)
                        depth--;
                    pos++;
                }
            }
            return makeWord(start, pos, true);
        }
        if (pos === start) {
            // Unknown character — advance to prevent infinite loop
            pos++;
            return makeWord(start, pos);
        }
        return makeWord(start, pos);
    }
    skipWS();
    if (pos >= len)
        return null;
    const start = pos;
    const result = parseBinExpr(0, nestingDepth);
    skipWS();
    if (pos < len) {
        // Unparsed tokens remain: a partial tree would silently drop them, so keep the whole body
        // as one word. With embedded structure its parts still expose nested substitutions.
        if (collector)
            collector.embeddedWords.length = initialWordCount;
        return makeWord(start, trimEnd(src, start, len), collector !== undefined);
    }
    return result;
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/parts.js



const computeBareWordParts = (_source, word) => hasGlobCharacters(word.text) ? parseGlobParts(word.text, 0, word.text.length, undefined, word.pos) : undefined;
function wordPartsResolver(context) {
    return (context.wordParts ?? (context.wordParts = (source, word, depth) => computeWordParts(source, word, depth, context)));
}
function embeddedPartsResolver(context) {
    return (context.embeddedParts ??
        (context.embeddedParts = (source, word, depth) => computeEmbeddedWordParts(source, word, depth, context)));
}
function arrayPartsResolver(context) {
    return (context.arrayParts ??
        (context.arrayParts = (source, word, depth) => computeArrayElementParts(source, word, depth, context)));
}
/**
 * Compute the structural parts of a word by re-scanning the source.
 * This is the "cold path" — only called when consumers actually need parts.
 *
 * Returns undefined for simple words (no quotes, expansions, or special structure).
 */
function computeWordParts(source, word, depth = 0, context = createSubstitutionContext()) {
    // Bound the re-lex to the word's span. A word inside a substitution script carries the
    // whole original as its source, so an unbounded scan would overrun the word into an
    // adjacent delimiter (e.g. a backtick or `)` immediately after it). For top-level words
    // word.end is the natural boundary, so the bound is a no-op.
    const lexer = new Lexer(source, word.pos, word.end, false, context);
    lexer._nestingDepth = depth;
    const parts = lexer.buildWordParts(word.pos);
    return parts ?? undefined;
}
/** Compute structural parts for a word-like span that may contain shell operators or whitespace. */
function computeEmbeddedWordParts(source, word, depth = 0, context, arithmetic = false) {
    if (!hasEmbeddedWordStructure(source, word.pos, word.end))
        return undefined;
    const lexer = new Lexer(source, word.pos, word.end, false, context);
    lexer._nestingDepth = depth;
    const parts = lexer.buildEmbeddedWordParts(word.pos, arithmetic);
    return parts ?? undefined;
}
function computeArrayElementParts(source, word, depth = 0, context) {
    const lexer = new Lexer(source, word.pos, word.end, false, context);
    lexer._nestingDepth = depth;
    const parts = lexer.buildArrayElementParts(word.pos);
    return parts ?? undefined;
}
/**
 * Compute parts for an unquoted heredoc body.
 * Heredoc bodies use different scanning rules than shell words: newlines are
 * literal and single/double quotes have no special meaning.
 */
function computeHereDocBodyParts(source, word, depth = 0, context) {
    const lexer = new Lexer(source, word.pos, word.end, false, context);
    lexer._nestingDepth = depth;
    const parts = lexer.buildHereDocParts(word.pos, word.end);
    return parts ?? undefined;
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/arithmetic-parts.js





function parseArithmeticWithParts(body, offset, source, depth, context, embeddedDepth = depth) {
    if (!hasEmbeddedWordStructure(source, offset, offset + body.length)) {
        return parseArithmeticExpression(body, offset, undefined, depth) ?? undefined;
    }
    const embeddedWords = [];
    const lexer = new Lexer(source, 0, source.length, false, context);
    lexer._nestingDepth = depth;
    const expression = parseArithmeticExpression(body, offset, {
        embeddedWords,
        commandExpansion: (pos, end, text) => new ScriptExpansionImpl("ArithmeticCommandExpansion", pos, end, text, {
            source,
            start: pos + 2,
            end: end - 1,
            depth: depth + 1,
            parenBoundary: true,
            context,
        }),
        findClosingBracket: (start, end) => lexer.findClosingBracket(start, end),
        findClosingBrace: (start, end) => lexer.findClosingBrace(start, end),
        findClosingParenthesis: (start, end) => lexer.findClosingParenthesis(start, end),
        findArithmeticExpansionEnd: (start, end) => lexer.findArithmeticExpansionEnd(start, end),
        findArithmeticWordEnd: (start, end) => lexer.findArithmeticWordEnd(start, end),
    }, depth) ?? undefined;
    // Past the nesting budget an embedded word keeps its text without parts.
    if (embeddedDepth <= MAX_SYNTAX_NESTING) {
        for (const node of embeddedWords)
            node.parts = computeEmbeddedWordParts(source, node, embeddedDepth, context, true);
    }
    return expression;
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/assignment.js




class ArrayValueImpl {
    type = "ArrayValue";
    pos;
    end;
    #source;
    #depth;
    #context;
    #elements;
    constructor(source, pos, end, depth, context) {
        this.pos = pos;
        this.end = end;
        this.#source = source;
        this.#depth = depth;
        this.#context = context;
    }
    get elements() {
        if (this.#elements)
            return this.#elements;
        const lexer = new Lexer(this.#source, this.pos + 1, this.end - 1, false, this.#context);
        lexer._nestingDepth = this.#depth;
        const elements = [];
        while (lexer.peek(LexContext.ArrayElement).token !== Token.EOF) {
            const token = lexer.next(LexContext.ArrayElement);
            if (token.token !== Token.Word && token.token !== Token.Assignment)
                continue;
            const text = token.raw ? token.value : this.#source.slice(token.pos, token.end);
            const indexed = text.charCodeAt(0) === 91;
            const context = lexer.getSubstitutionContext();
            const source = !indexed && token.raw && token.keywordEligible ? undefined : this.#source;
            const resolver = source === undefined
                ? computeBareWordParts
                : indexed
                    ? arrayPartsResolver(context)
                    : wordPartsResolver(context);
            elements.push(new WordImpl(text, token.pos, token.end, source, resolver, this.#depth));
        }
        this.#elements = elements;
        return elements;
    }
    toJSON() {
        return { type: this.type, pos: this.pos, end: this.end, elements: this.elements };
    }
}
class AssignmentImpl {
    type = "Assignment";
    pos;
    end;
    text;
    #source;
    #depth;
    #context;
    #operatorPos;
    #name = null;
    #append;
    #index;
    #value = null;
    constructor(text, pos, end, source, operatorPos, depth, context) {
        this.pos = pos;
        this.end = end;
        this.text = text;
        this.#source = source;
        this.#operatorPos = operatorPos;
        this.#depth = depth;
        this.#context = context;
    }
    get name() {
        return this.#name ?? this.resolveTarget();
    }
    get append() {
        if (this.#name === null)
            this.resolveTarget();
        return this.#append;
    }
    get index() {
        if (this.#name === null)
            this.resolveTarget();
        return this.#index;
    }
    get value() {
        if (this.#value !== null)
            return this.#value;
        const start = this.#operatorPos + 1;
        const arrayStart = skipLineContinuations(this.#source, start, this.end);
        this.#value =
            this.#source.charCodeAt(arrayStart) === 40 && this.#source.charCodeAt(this.end - 1) === 41
                ? new ArrayValueImpl(this.#source, arrayStart, this.end, this.#depth, this.#context)
                : new WordImpl(this.#source.slice(start, this.end), start, this.end, this.#source, wordPartsResolver(this.#context), this.#depth);
        return this.#value;
    }
    resolveTarget() {
        const equal = this.#operatorPos - this.pos;
        let nameEnd = equal;
        let appendPos = equal;
        while (appendPos >= 2 && this.text.charCodeAt(appendPos - 2) === 92 && this.text.charCodeAt(appendPos - 1) === 10)
            appendPos -= 2;
        if (this.text.charCodeAt(appendPos - 1) === 43) {
            this.#append = true;
            nameEnd = appendPos - 1;
        }
        const bracket = this.text.indexOf("[");
        if (bracket > 0 && bracket < nameEnd) {
            const close = this.text.lastIndexOf("]", equal);
            if (close > bracket) {
                const start = this.pos + bracket + 1;
                const end = this.pos + close;
                this.#index = new WordImpl(this.#source.slice(start, end), start, end, this.#source, embeddedPartsResolver(this.#context), this.#depth);
                nameEnd = bracket;
            }
        }
        const name = this.text.slice(0, nameEnd);
        return (this.#name = name.includes("\\\n") ? name.split("\\\n").join("") : name);
    }
    toJSON() {
        return {
            type: this.type,
            pos: this.pos,
            end: this.end,
            text: this.text,
            name: this.name,
            append: this.append,
            index: this.index,
            value: this.value,
        };
    }
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/command.js
const isArgument = (item) => item.type === "Word" || item.type === "Assignment";
class CommandImpl {
    type = "Command";
    pos;
    end;
    name;
    prefix;
    suffix;
    #args;
    #redirects;
    constructor(pos, end, name, prefix, suffix) {
        this.pos = pos;
        this.end = end;
        this.name = name;
        this.prefix = prefix;
        this.suffix = suffix;
    }
    get args() {
        if (this.#args === undefined) {
            const suffix = this.suffix;
            this.#args = suffix.every(isArgument) ? suffix : suffix.filter(isArgument);
        }
        return this.#args;
    }
    get redirects() {
        if (this.#redirects === undefined) {
            const redirects = [];
            for (const item of this.prefix)
                if (item.type !== "Assignment")
                    redirects.push(item);
            for (const item of this.suffix)
                if (!isArgument(item))
                    redirects.push(item);
            this.#redirects = redirects;
        }
        return this.#redirects;
    }
    toJSON() {
        return { type: this.type, pos: this.pos, end: this.end, name: this.name, prefix: this.prefix, suffix: this.suffix };
    }
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/heredoc.js

class HereDocBodyImpl {
    type = "HereDocBody";
    pos;
    end;
    text = "";
    #source;
    #depth;
    #context;
    #parts;
    constructor(source, pos, quoted, depth, context) {
        this.pos = pos;
        this.end = pos;
        this.#source = source;
        this.#depth = depth;
        this.#context = context;
        this.#parts = quoted ? undefined : null;
    }
    get parts() {
        if (this.#parts === null)
            this.#parts = computeHereDocBodyParts(this.#source, this, this.#depth, this.#context);
        return this.#parts;
    }
    toJSON() {
        return { type: this.type, pos: this.pos, end: this.end, text: this.text, parts: this.parts };
    }
}

;// CONCATENATED MODULE: ./node_modules/unbash/dist/parser.js











Lexer._findSubstitutionEnd = findSubstitutionEnd;
ScriptExpansionImpl._resolveScript = parseRegion;
ArithmeticExpansionImpl._resolveExpression = parseArithmeticWithParts;
function isDeclarationCommand(name) {
    switch (name.length) {
        case 5:
            return name === "local" || name === "alias";
        case 6:
            return name === "export";
        case 7:
            return name === "declare" || name === "typeset";
        case 8:
            return name === "readonly";
        default:
            return false;
    }
}
class ArithmeticCommandImpl {
    type = "ArithmeticCommand";
    pos;
    end;
    body;
    #source;
    #depth;
    #context;
    #expression = null;
    constructor(pos, end, body, source, depth, context) {
        this.pos = pos;
        this.end = end;
        this.body = body;
        this.#source = source;
        this.#depth = depth;
        this.#context = context;
    }
    get expression() {
        if (this.#expression === null) {
            this.#expression = parseArithmeticWithParts(this.body, this.pos + 2, this.#source, this.#depth, this.#context);
        }
        return this.#expression;
    }
    set expression(v) {
        this.#expression = v ?? undefined;
    }
    toJSON() {
        return {
            type: this.type,
            pos: this.pos,
            end: this.end,
            expression: this.expression,
            body: this.body,
        };
    }
}
class ArithmeticForImpl {
    type = "ArithmeticFor";
    pos;
    end;
    body;
    #initStr;
    #testStr;
    #updateStr;
    #initPos;
    #testPos;
    #updatePos;
    #source;
    #depth;
    #context;
    #initialize = null;
    #test = null;
    #update = null;
    constructor(pos, end, body, initStr, testStr, updateStr, initPos, testPos, updatePos, source, depth, context) {
        this.pos = pos;
        this.end = end;
        this.body = body;
        this.#initStr = initStr;
        this.#testStr = testStr;
        this.#updateStr = updateStr;
        this.#initPos = initPos;
        this.#testPos = testPos;
        this.#updatePos = updatePos;
        this.#source = source;
        this.#depth = depth;
        this.#context = context;
    }
    get initialize() {
        if (this.#initialize === null) {
            if (this.#initStr) {
                this.#initialize = parseArithmeticWithParts(this.#initStr, this.#initPos, this.#source, this.#depth, this.#context);
            }
            else {
                this.#initialize = undefined;
            }
        }
        return this.#initialize;
    }
    set initialize(v) {
        this.#initialize = v ?? undefined;
    }
    get test() {
        if (this.#test === null) {
            if (this.#testStr) {
                this.#test = parseArithmeticWithParts(this.#testStr, this.#testPos, this.#source, this.#depth, this.#context);
            }
            else {
                this.#test = undefined;
            }
        }
        return this.#test;
    }
    set test(v) {
        this.#test = v ?? undefined;
    }
    get update() {
        if (this.#update === null) {
            if (this.#updateStr) {
                this.#update = parseArithmeticWithParts(this.#updateStr, this.#updatePos, this.#source, this.#depth, this.#context);
            }
            else {
                this.#update = undefined;
            }
        }
        return this.#update;
    }
    set update(v) {
        this.#update = v ?? undefined;
    }
    toJSON() {
        return {
            type: this.type,
            pos: this.pos,
            end: this.end,
            initialize: this.initialize,
            test: this.test,
            update: this.update,
            body: this.body,
        };
    }
}
const CASE_TERMINATORS = {
    [Token.DoubleSemi]: ";;",
    [Token.SemiAmp]: ";&",
    [Token.DoubleSemiAmp]: ";;&",
};
const REDIRECT_OPS = {
    ">": ">",
    ">>": ">>",
    "<": "<",
    "<>": "<>",
    "<&": "<&",
    ">&": ">&",
    ">|": ">|",
    "&>": "&>",
    "&>>": "&>>",
};
// Lookup tables for O(1) token classification (replaces sequential comparisons)
const listTerminators = new Uint8Array(37);
listTerminators[Token.EOF] = 1;
listTerminators[Token.RParen] = 1;
listTerminators[Token.RBrace] = 1;
listTerminators[Token.Then] = 1;
listTerminators[Token.Else] = 1;
listTerminators[Token.Elif] = 1;
listTerminators[Token.Fi] = 1;
listTerminators[Token.Do] = 1;
listTerminators[Token.Done] = 1;
listTerminators[Token.Esac] = 1;
listTerminators[Token.DoubleSemi] = 1;
listTerminators[Token.SemiAmp] = 1;
listTerminators[Token.DoubleSemiAmp] = 1;
// After one of these Bash is at a command-start position, the only place a reserved-word
// terminator may follow with no separator.
const compoundClosers = new Uint8Array(37);
compoundClosers[Token.RParen] = 1;
compoundClosers[Token.RBrace] = 1;
compoundClosers[Token.DblRBracket] = 1;
compoundClosers[Token.Fi] = 1;
compoundClosers[Token.Done] = 1;
compoundClosers[Token.Esac] = 1;
compoundClosers[Token.ArithCmd] = 1;
// Inside `[[ ]]` only an unquoted `!` negates; `'!'` and `\!` are ordinary operands.
function isTestNegation(t) {
    return t.token === Token.Word && t.keywordEligible && t.value === "!";
}
const commandStarts = new Uint8Array(37);
commandStarts[Token.Word] = 1;
commandStarts[Token.Assignment] = 1;
commandStarts[Token.Bang] = 1;
commandStarts[Token.LParen] = 1;
commandStarts[Token.LBrace] = 1;
commandStarts[Token.DblLBracket] = 1;
commandStarts[Token.If] = 1;
commandStarts[Token.For] = 1;
commandStarts[Token.While] = 1;
commandStarts[Token.Until] = 1;
commandStarts[Token.Case] = 1;
commandStarts[Token.Function] = 1;
commandStarts[Token.Select] = 1;
commandStarts[Token.ArithCmd] = 1;
commandStarts[Token.Coproc] = 1;
commandStarts[Token.Redirect] = 1;
const UNARY_TEST_OPS = {
    "-a": 1,
    "-b": 1,
    "-c": 1,
    "-d": 1,
    "-e": 1,
    "-f": 1,
    "-g": 1,
    "-h": 1,
    "-k": 1,
    "-p": 1,
    "-r": 1,
    "-s": 1,
    "-t": 1,
    "-u": 1,
    "-v": 1,
    "-w": 1,
    "-x": 1,
    "-z": 1,
    "-n": 1,
    "-o": 1,
    "-N": 1,
    "-S": 1,
    "-L": 1,
    "-G": 1,
    "-O": 1,
    "-R": 1,
};
const BINARY_TEST_OPS = {
    "==": 1,
    "!=": 1,
    "=~": 1,
    "=": 1,
    "-eq": 1,
    "-ne": 1,
    "-lt": 1,
    "-le": 1,
    "-gt": 1,
    "-ge": 1,
    "-nt": 1,
    "-ot": 1,
    "-ef": 1,
    "<": 1,
    ">": 1,
};
const EMPTY_REDIRECTS = [];
const EMPTY_PREFIXES = [];
const EMPTY_ELIFS = [];
function parse(source) {
    return new Parser(source, 0, source.length).run();
}
// Parse a [start, end) window of `source` in place, so the resulting nodes index the original
// source directly. Used to resolve substitution scripts with absolute offsets; not public API.
function parseRegion(source, start, end, depth = 0, parenBoundary = false, context) {
    return new Parser(source, start, end, depth, parenBoundary, undefined, context).run();
}
class SubstitutionLexer extends Lexer {
    boundaries;
    pending;
    context;
    constructor(source, boundary, boundaries, pending, context, parenBoundary = true) {
        super(source, boundary.start, boundary.end, parenBoundary, context);
        this._nestingDepth = boundary.depth;
        this.boundaries = boundaries;
        this.pending = pending;
        this.context = context;
    }
    // Keep child boundary requests on this worklist so nested scans stay iterative.
    fork(start, end, parenBoundary = false) {
        return new SubstitutionLexer(this.getSource(), { start, end, depth: this._nestingDepth }, this.boundaries, this.pending, this.context, parenBoundary);
    }
    findSubstitutionEnd(start, end, depth = this._nestingDepth + 1) {
        const known = this.context.boundaries?.get(start);
        if (known !== undefined)
            return known <= end ? known : -1;
        const boundary = this.boundaries.get(start);
        if (boundary !== undefined)
            return boundary <= end ? boundary : -1;
        if (!this.boundaries.has(start)) {
            this.boundaries.set(start, undefined);
            this.pending.push({ start, end, depth });
        }
        return -1;
    }
}
function findSubstitutionEnd(source, start, end, depth, context) {
    const boundaries = new Map([[start, undefined]]);
    const pending = [{ start, end, depth }];
    // Resolve nested requests before retrying their enclosing boundary, without growing the JavaScript stack.
    while (pending.length > 0) {
        const count = pending.length;
        const boundary = pending[count - 1];
        const lexer = new SubstitutionLexer(source, boundary, boundaries, pending, context);
        const found = new Parser(source, boundary.start, boundary.end, boundary.depth, true, lexer).findSubstitutionEnd();
        if (pending.length === count) {
            boundaries.set(boundary.start, found);
            if (found !== -1)
                substitutionBoundaries(context).set(boundary.start, found);
            pending.pop();
        }
    }
    return boundaries.get(start) ?? -1;
}
class Parser {
    tok;
    source;
    start;
    end;
    depth;
    errors = null;
    syntaxDepth = 0;
    // `depth` counts the substitution scripts (and sub-fields) enclosing this region; it
    // shares the MAX_SYNTAX_NESTING budget with the lexer's lazy word-part materialization.
    constructor(source, start, end, depth = 0, parenBoundary = false, lexer, context) {
        this.tok = lexer ?? new Lexer(source, start, end, parenBoundary, createSubstitutionContext(context));
        this.tok._nestingDepth = depth;
        this.source = source;
        this.start = start;
        this.end = end;
        this.depth = depth;
    }
    run() {
        const start = this.start;
        if (this.depth > MAX_SYNTAX_NESTING)
            this.error("maximum substitution nesting depth exceeded", start);
        let shebang;
        if (start === 0 && this.source.charCodeAt(0) === 35 && this.source.charCodeAt(1) === 33) {
            const nl = this.source.indexOf("\n");
            shebang = nl === -1 ? this.source : this.source.slice(0, nl);
        }
        const commands = this.list();
        for (;;) {
            const unexpected = this.tok.peek(LexContext.CommandStart);
            if (unexpected.token === Token.EOF)
                break;
            this.unexpectedToken(unexpected);
            // `In` cannot join `listTerminators`: `list()` shares it, and `in` must not terminate a
            // list inside `for`/`case`.
            if (!listTerminators[unexpected.token] && unexpected.token !== Token.In)
                break;
            this.tok.next(LexContext.CommandStart);
            let separator = this.tok.peek(LexContext.CommandStart).token;
            if (separator !== Token.Semi && separator !== Token.Newline && separator !== Token.Amp)
                break;
            while (separator === Token.Semi || separator === Token.Newline || separator === Token.Amp) {
                this.tok.next(LexContext.CommandStart);
                separator = this.tok.peek(LexContext.CommandStart).token;
            }
            const recovered = this.list();
            for (let i = 0; i < recovered.length; i++)
                commands.push(recovered[i]);
        }
        const lexerErrors = this.tok._errors;
        if (lexerErrors !== null && lexerErrors.length > 0) {
            const errors = this.errors ?? (this.errors = []);
            for (let i = 0; i < lexerErrors.length; i++)
                errors.push(lexerErrors[i]);
        }
        if (this.errors !== null && this.errors.length > 1)
            this.errors.sort((a, b) => a.pos - b.pos);
        return { type: "Script", pos: start, end: this.end, shebang, commands, errors: this.errors ?? undefined };
    }
    error(message, pos) {
        (this.errors ?? (this.errors = [])).push({ message, pos });
    }
    unexpectedToken(t) {
        this.error(`unexpected token '${t.token === Token.Newline ? "newline" : t.value}'`, t.pos);
    }
    findSubstitutionEnd() {
        this.list();
        return this.acceptEnd(Token.RParen);
    }
    skipSemi() {
        if (this.tok.peek(LexContext.Normal).token === Token.Semi)
            this.tok.next(LexContext.Normal);
    }
    accept(token, ctx = LexContext.Normal) {
        if (this.tok.peek(ctx).token === token)
            return this.tok.next(ctx);
        return null;
    }
    acceptEnd(token, ctx = LexContext.Normal) {
        if (this.tok.peek(ctx).token === token)
            return this.tok.next(ctx).end;
        return -1;
    }
    skipNewlines(ctx = LexContext.Normal) {
        while (this.tok.peek(ctx).token === Token.Newline)
            this.tok.next(ctx);
    }
    doBody(hasDo) {
        const body = this.list();
        const emptyPos = hasDo ? this.emptyListPos(body) : -1;
        if (emptyPos >= 0)
            this.error("expected command after 'do'", emptyPos);
        return body;
    }
    // Where an empty compound list stopped, or -1. An empty condition is reported only
    // once `then` or `do` follows, so a missing keyword is not reported twice.
    emptyListPos(commands) {
        return commands.length === 0 ? this.tok.peek(LexContext.CommandStart).pos : -1;
    }
    makeStatement(command) {
        return {
            type: "Statement",
            pos: command.pos,
            end: command.end,
            command,
            background: undefined,
        };
    }
    // list := and_or ((';' | '&' | NEWLINE) and_or)* [';' | '&' | NEWLINE]
    list() {
        const commands = [];
        this.skipNewlines(LexContext.CommandStart);
        let t = this.tok.peek(LexContext.CommandStart).token;
        if (listTerminators[t] || !commandStarts[t])
            return commands;
        const first = this.andOr();
        if (first)
            commands.push(this.makeStatement(first));
        for (;;) {
            t = this.tok.peekFollow(compoundClosers).token;
            if (t !== Token.Semi && t !== Token.Newline && t !== Token.Amp)
                break;
            const isBackground = t === Token.Amp;
            const sepEnd = this.tok.next(LexContext.Normal).end;
            if (isBackground) {
                const stmt = commands[commands.length - 1];
                stmt.background = true;
                stmt.end = sepEnd;
            }
            this.skipNewlines(LexContext.CommandStart);
            t = this.tok.peek(LexContext.CommandStart).token;
            if (listTerminators[t] || !commandStarts[t])
                break;
            const node = this.andOr();
            if (node)
                commands.push(this.makeStatement(node));
        }
        return commands;
    }
    // and_or := pipeline (('&&' | '||') newlines pipeline)*
    andOr() {
        const first = this.pipeline();
        if (!first)
            return null;
        let t = this.tok.peek(LexContext.Normal).token;
        if (t !== Token.And && t !== Token.Or)
            return first;
        const commands = [first];
        const operators = [];
        do {
            const operatorToken = this.tok.next(LexContext.Normal);
            const operator = operatorToken.token === Token.And ? "&&" : "||";
            this.skipNewlines(LexContext.CommandStart);
            const next = this.pipeline();
            if (!next) {
                this.error(`expected command after '${operator}'`, operatorToken.end);
                break;
            }
            operators.push(operator);
            commands.push(next);
            t = this.tok.peek(LexContext.Normal).token;
        } while (t === Token.And || t === Token.Or);
        return {
            type: "AndOr",
            pos: first.pos,
            end: commands[commands.length - 1].end,
            commands,
            operators,
        };
    }
    withRedirects(command) {
        const redirects = this.collectTrailingRedirects();
        if (redirects.length === 0)
            return command;
        return { type: "Redirected", pos: command.pos, end: redirects[redirects.length - 1].end, command, redirects };
    }
    pipeline() {
        let prefixes;
        for (;;) {
            const token = this.tok.peek(LexContext.CommandStart);
            const isTime = token.token === Token.Word && token.keywordEligible && token.value === "time";
            if (token.token !== Token.Bang && !isTime)
                break;
            const prefix = this.tok.next(LexContext.CommandStart);
            const pos = prefix.pos;
            const keywordEnd = prefix.end;
            let posix;
            let endOfOptions;
            if (isTime) {
                let flag = this.tok.peek(LexContext.CommandStart);
                if (flag.token === Token.Word && flag.keywordEligible && flag.value === "-p") {
                    this.tok.next(LexContext.CommandStart);
                    posix = { pos: flag.pos, end: flag.end };
                    flag = this.tok.peek(LexContext.CommandStart);
                }
                if (flag.token === Token.Word && flag.keywordEligible && flag.value === "--") {
                    this.tok.next(LexContext.CommandStart);
                    endOfOptions = { pos: flag.pos, end: flag.end };
                }
            }
            if (prefixes === undefined)
                prefixes = [];
            prefixes.push(isTime
                ? { type: "Time", pos, end: endOfOptions?.end ?? posix?.end ?? keywordEnd, keywordEnd, posix, endOfOptions }
                : { type: "Negation", pos, end: keywordEnd });
        }
        const command = this.pipelineCommands();
        if (!prefixes)
            return command;
        const pos = prefixes[0].pos;
        if (command?.type === "Pipeline") {
            command.prefixes = prefixes;
            command.pos = pos;
            return command;
        }
        return {
            type: "Pipeline",
            pos,
            end: command ? command.end : prefixes[prefixes.length - 1].end,
            prefixes,
            commands: command ? [command] : [],
            operators: [],
        };
    }
    pipelineCommands() {
        const first = this.command();
        if (!first)
            return null;
        if (this.tok.peek(LexContext.Normal).token !== Token.Pipe)
            return first;
        const commands = [first];
        const operators = [];
        while (this.tok.peek(LexContext.Normal).token === Token.Pipe) {
            const pipeToken = this.tok.next(LexContext.Normal);
            const operator = pipeToken.value === "|&" ? "|&" : "|";
            this.skipNewlines(LexContext.CommandStart);
            const cmd = this.command();
            if (!cmd) {
                this.error(`expected command after '${operator}'`, pipeToken.end);
                break;
            }
            operators.push(operator);
            commands.push(cmd);
        }
        if (commands.length === 1) {
            return commands[0];
        }
        const pipeline = {
            type: "Pipeline",
            pos: first.pos,
            end: commands[commands.length - 1].end,
            prefixes: EMPTY_PREFIXES,
            commands,
            operators,
        };
        return pipeline;
    }
    // command := compound_command | function_def | simple_command
    command() {
        let compound;
        switch (this.tok.peek(LexContext.CommandStart).token) {
            case Token.LParen:
                compound = this.subshell();
                break;
            case Token.LBrace:
                compound = this.braceGroup();
                break;
            case Token.If:
                compound = this.ifClause();
                break;
            case Token.For:
                compound = this.forClause();
                break;
            case Token.While:
                compound = this.whileClause();
                break;
            case Token.Until:
                compound = this.untilClause();
                break;
            case Token.Case:
                compound = this.caseClause();
                break;
            case Token.Function:
                return this.functionDef();
            case Token.Select:
                compound = this.selectClause();
                break;
            case Token.DblLBracket:
                compound = this.testCommand();
                break;
            case Token.ArithCmd:
                compound = this.arithCommand();
                break;
            case Token.Coproc:
                return this.coprocCommand();
            case Token.Word:
            case Token.Assignment:
            case Token.Redirect:
                return this.simpleCommandOrFunction(false);
            default:
                return null;
        }
        return this.withRedirects(compound);
    }
    collectTrailingRedirects() {
        let redirects = EMPTY_REDIRECTS;
        while (this.tok.peekFollow(compoundClosers).token === Token.Redirect) {
            if (redirects === EMPTY_REDIRECTS)
                redirects = [];
            redirects.push(this.readRedirect(LexContext.Normal));
        }
        return redirects;
    }
    // arith_command := (( expr ))
    arithCommand() {
        const tok = this.tok.next(LexContext.CommandStart);
        return new ArithmeticCommandImpl(tok.pos, tok.end, tok.value, this.source, this.depth, this.tok.getSubstitutionContext());
    }
    // coproc := COPROC ([name] compound_command [redirections] | simple_command)
    coprocCommand() {
        const start = this.tok.next(LexContext.CommandStart);
        const pos = start.pos;
        const first = this.tok.peek(LexContext.CommandStart);
        let name;
        // Only a compound command can follow a coprocess name. Decide before parsing
        // a simple command so its assignments and reserved words use the actual name.
        if (first.token === Token.Word) {
            const lookahead = this.tok.fork(first.end, this.end);
            switch (lookahead.peek(LexContext.CommandStart).token) {
                case Token.LParen:
                    // `name ( )` opens a function definition, not a subshell body after a name.
                    lookahead.next(LexContext.CommandStart);
                    if (lookahead.peek(LexContext.Normal).token !== Token.RParen)
                        name = this.readWord(LexContext.CommandStart);
                    break;
                case Token.LBrace:
                case Token.If:
                case Token.For:
                case Token.While:
                case Token.Until:
                case Token.Case:
                case Token.Select:
                case Token.DblLBracket:
                case Token.ArithCmd:
                    name = this.readWord(LexContext.CommandStart);
            }
        }
        const cmd = first.token === Token.Word && name === undefined ? this.simpleCommandOrFunction(true) : this.command();
        if (cmd && cmd.type !== "Function" && cmd.type !== "Coproc") {
            return { type: "Coproc", pos, end: cmd.end, name, body: cmd };
        }
        this.error("expected command after 'coproc'", cmd?.pos ?? start.end);
        const body = cmd
            ? this.makeCompoundList([this.makeStatement(cmd)])
            : { type: "CompoundList", pos: start.end, end: start.end, commands: [] };
        return { type: "Coproc", pos, end: body.end, name, body };
    }
    // subshell := '(' list ')'
    subshell() {
        return this.subshellBody(this.tok.next(LexContext.CommandStart).pos);
    }
    // Continues a subshell whose '(' the caller already consumed.
    subshellBody(pos) {
        if (this.syntaxDepth >= MAX_SYNTAX_NESTING) {
            this.error("maximum subshell nesting depth exceeded", pos);
            const closeEnd = this.tok.skipSubshellBody();
            if (closeEnd < 0)
                this.error("expected ')' to close subshell", this.tok.getPos());
            const end = closeEnd >= 0 ? closeEnd : pos;
            return { type: "Subshell", pos, end, body: this.makeCompoundList([]) };
        }
        this.syntaxDepth++;
        const commands = this.list();
        this.syntaxDepth--;
        if (commands.length === 0)
            this.error("expected command in subshell", pos);
        const closeEnd = this.acceptEnd(Token.RParen, LexContext.Normal);
        if (closeEnd < 0)
            this.error("expected ')' to close subshell", this.tok.getPos());
        const end = closeEnd >= 0 ? closeEnd : pos;
        return { type: "Subshell", pos, end, body: this.makeCompoundList(commands) };
    }
    // brace_group := '{' list '}'
    braceGroup() {
        const pos = this.tok.next(LexContext.CommandStart).pos;
        if (this.syntaxDepth >= MAX_SYNTAX_NESTING) {
            this.error("maximum brace group nesting depth exceeded", pos);
            const closeEnd = this.tok.skipCompoundBody(Token.RBrace);
            if (closeEnd < 0)
                this.error("expected '}' to close brace group", this.tok.getPos());
            const end = closeEnd >= 0 ? closeEnd : pos;
            return { type: "BraceGroup", pos, end, body: this.makeCompoundList([]) };
        }
        this.syntaxDepth++;
        const commands = this.list();
        this.syntaxDepth--;
        if (commands.length === 0)
            this.error("expected command in brace group", pos);
        const closeEnd = this.acceptEnd(Token.RBrace, LexContext.Normal);
        if (closeEnd < 0)
            this.error("expected '}' to close brace group", this.tok.getPos());
        const end = closeEnd >= 0 ? closeEnd : pos;
        return { type: "BraceGroup", pos, end, body: this.makeCompoundList(commands) };
    }
    // if_clause := IF list THEN list (ELIF list THEN list)* [ELSE list] FI
    ifClause() {
        const pos = this.tok.next(LexContext.CommandStart).pos;
        if (this.syntaxDepth >= MAX_SYNTAX_NESTING) {
            this.error("maximum if nesting depth exceeded", pos);
            const closeEnd = this.tok.skipCompoundBody(Token.Fi);
            if (closeEnd < 0)
                this.error("expected 'fi' to close 'if'", this.tok.getPos());
            const end = closeEnd >= 0 ? closeEnd : pos;
            return {
                type: "If",
                pos,
                end,
                clause: this.makeCompoundList([]),
                then: this.makeCompoundList([]),
                elif: EMPTY_ELIFS,
                else: undefined,
            };
        }
        this.syntaxDepth++;
        let command;
        let branchPos = pos;
        for (;;) {
            const clauseCommands = this.list();
            const emptyClausePos = this.emptyListPos(clauseCommands);
            const clause = this.makeCompoundList(clauseCommands);
            this.skipSemi();
            const thenToken = this.accept(Token.Then, LexContext.CommandStart);
            if (!thenToken)
                this.error("expected 'then'", this.tok.getPos());
            else if (emptyClausePos >= 0)
                this.error(`expected command after '${branchPos === pos ? "if" : "elif"}'`, emptyClausePos);
            const thenCommands = this.list();
            const then_ = this.makeCompoundList(thenCommands);
            if (thenToken && thenCommands.length === 0) {
                this.error("expected command after 'then'", this.tok.peek(LexContext.CommandStart).pos);
                then_.pos = thenToken.end;
                then_.end = thenToken.end;
            }
            if (command) {
                if (command.elif === EMPTY_ELIFS)
                    command.elif = [];
                command.elif.push({
                    type: "Elif",
                    pos: branchPos,
                    end: then_.end,
                    clause,
                    then: then_,
                });
            }
            else {
                command = { type: "If", pos, end: pos, clause, then: then_, elif: EMPTY_ELIFS, else: undefined };
            }
            this.skipSemi();
            const elif = this.accept(Token.Elif, LexContext.CommandStart);
            if (!elif)
                break;
            branchPos = elif.pos;
        }
        if (this.accept(Token.Else, LexContext.CommandStart)) {
            const elseCommands = this.list();
            const emptyElsePos = this.emptyListPos(elseCommands);
            if (emptyElsePos >= 0)
                this.error("expected command after 'else'", emptyElsePos);
            command.else = this.makeCompoundList(elseCommands);
            this.skipSemi();
        }
        const closeEnd = this.acceptEnd(Token.Fi, LexContext.CommandStart);
        if (closeEnd < 0)
            this.error("expected 'fi' to close 'if'", this.tok.getPos());
        command.end = closeEnd >= 0 ? closeEnd : branchPos;
        this.syntaxDepth--;
        return command;
    }
    // for_clause := FOR word [IN word* (';'|NL)] DO list DONE
    //            | FOR '((' expr '))' [';'|NL] DO list DONE
    forClause() {
        const pos = this.tok.next(LexContext.CommandStart).pos;
        if (this.tok.peek(LexContext.Normal).token === Token.LParen) {
            return this.cStyleFor(pos);
        }
        const name = this.readRequiredWord("for");
        let wordlist;
        this.skipNewlines(LexContext.CommandStart);
        if (this.tok.peek(LexContext.CommandStart).token === Token.In) {
            this.tok.next(LexContext.CommandStart);
            wordlist = [];
            while (this.tok.peek(LexContext.Normal).token === Token.Word) {
                wordlist.push(this.readWord(LexContext.Normal));
            }
        }
        this.skipSemi();
        this.skipNewlines(LexContext.CommandStart);
        if (this.tok.peek(LexContext.CommandStart).token === Token.LBrace) {
            const bg = this.braceGroup();
            return { type: "For", pos, end: bg.end, name, wordlist, body: bg.body };
        }
        const hasDo = this.accept(Token.Do, LexContext.CommandStart) !== null;
        if (!hasDo)
            this.error("expected 'do'", this.tok.getPos());
        if (this.syntaxDepth >= MAX_SYNTAX_NESTING) {
            this.error("maximum for nesting depth exceeded", pos);
            const closeEnd = this.tok.skipCompoundBody(Token.Done);
            if (closeEnd < 0)
                this.error("expected 'done' to close 'for'", this.tok.getPos());
            const end = closeEnd >= 0 ? closeEnd : pos;
            return { type: "For", pos, end, name, wordlist, body: this.makeCompoundList([]) };
        }
        this.syntaxDepth++;
        const body = this.doBody(hasDo);
        this.syntaxDepth--;
        this.skipSemi();
        const closeEnd = this.acceptEnd(Token.Done, LexContext.CommandStart);
        if (closeEnd < 0)
            this.error("expected 'done' to close 'for'", this.tok.getPos());
        const end = closeEnd >= 0 ? closeEnd : pos;
        return { type: "For", pos, end, name, wordlist, body: this.makeCompoundList(body) };
    }
    // C-style for: (( expr; expr; expr )) [;|NL] do list done | { list }
    cStyleFor(pos) {
        const [initStr, testStr, updateStr, initPos, testPos, updatePos] = this.tok.readCStyleForExprs();
        if (this.tok.peek(LexContext.CommandStart).token === Token.Semi)
            this.tok.next(LexContext.CommandStart);
        this.skipNewlines(LexContext.CommandStart);
        if (this.tok.peek(LexContext.CommandStart).token === Token.LBrace) {
            const bg = this.braceGroup();
            return new ArithmeticForImpl(pos, bg.end, bg.body, initStr, testStr, updateStr, initPos, testPos, updatePos, this.source, this.depth, this.tok.getSubstitutionContext());
        }
        const hasDo = this.accept(Token.Do, LexContext.CommandStart) !== null;
        if (!hasDo)
            this.error("expected 'do'", this.tok.getPos());
        if (this.syntaxDepth >= MAX_SYNTAX_NESTING) {
            this.error("maximum for nesting depth exceeded", pos);
            const closeEnd = this.tok.skipCompoundBody(Token.Done);
            if (closeEnd < 0)
                this.error("expected 'done' to close 'for'", this.tok.getPos());
            const end = closeEnd >= 0 ? closeEnd : pos;
            return new ArithmeticForImpl(pos, end, this.makeCompoundList([]), initStr, testStr, updateStr, initPos, testPos, updatePos, this.source, this.depth, this.tok.getSubstitutionContext());
        }
        this.syntaxDepth++;
        const body = this.doBody(hasDo);
        this.syntaxDepth--;
        const closeEnd = this.acceptEnd(Token.Done, LexContext.CommandStart);
        if (closeEnd < 0)
            this.error("expected 'done' to close 'for'", this.tok.getPos());
        const end = closeEnd >= 0 ? closeEnd : pos;
        return new ArithmeticForImpl(pos, end, this.makeCompoundList(body), initStr, testStr, updateStr, initPos, testPos, updatePos, this.source, this.depth, this.tok.getSubstitutionContext());
    }
    whileClause() {
        return this.whileOrUntil("while");
    }
    untilClause() {
        return this.whileOrUntil("until");
    }
    whileOrUntil(kind) {
        const pos = this.tok.next(LexContext.CommandStart).pos;
        if (this.syntaxDepth >= MAX_SYNTAX_NESTING) {
            this.error(`maximum ${kind} nesting depth exceeded`, pos);
            const closeEnd = this.tok.skipCompoundBody(Token.Done);
            if (closeEnd < 0)
                this.error(`expected 'done' to close '${kind}'`, this.tok.getPos());
            const end = closeEnd >= 0 ? closeEnd : pos;
            return {
                type: "While",
                pos,
                end,
                kind,
                clause: this.makeCompoundList([]),
                body: this.makeCompoundList([]),
            };
        }
        this.syntaxDepth++;
        const clauseCommands = this.list();
        const emptyClausePos = this.emptyListPos(clauseCommands);
        const clause = this.makeCompoundList(clauseCommands);
        this.skipSemi();
        const hasDo = this.accept(Token.Do, LexContext.CommandStart) !== null;
        if (!hasDo)
            this.error("expected 'do'", this.tok.getPos());
        else if (emptyClausePos >= 0)
            this.error(`expected command after '${kind}'`, emptyClausePos);
        const body = this.doBody(hasDo);
        this.skipSemi();
        const closeEnd = this.acceptEnd(Token.Done, LexContext.CommandStart);
        if (closeEnd < 0)
            this.error(`expected 'done' to close '${kind}'`, this.tok.getPos());
        const end = closeEnd >= 0 ? closeEnd : pos;
        this.syntaxDepth--;
        return { type: "While", pos, end, kind, clause, body: this.makeCompoundList(body) };
    }
    // case_clause := CASE word IN (pattern) list (;; | ;& | ;;&) ... ESAC
    caseClause() {
        const pos = this.tok.next(LexContext.CommandStart).pos;
        const word = this.readRequiredWord("case");
        this.skipNewlines(LexContext.CommandStart);
        if (!this.accept(Token.In, LexContext.CommandStart))
            this.error("expected 'in' after 'case' word", this.tok.getPos());
        this.skipNewlines(LexContext.CasePattern);
        if (this.syntaxDepth >= MAX_SYNTAX_NESTING) {
            this.error("maximum case nesting depth exceeded", pos);
            const closeEnd = this.tok.skipCompoundBody(Token.Esac);
            if (closeEnd < 0)
                this.error("expected 'esac' to close 'case'", this.tok.getPos());
            const end = closeEnd >= 0 ? closeEnd : pos;
            return { type: "Case", pos, end, word, items: [] };
        }
        this.syntaxDepth++;
        const items = [];
        // Report only the first grammar error: recovery below would repeat it.
        let invalid = false;
        let t = this.tok.peek(LexContext.CasePattern).token;
        while (t !== Token.Esac && t !== Token.EOF) {
            const itemPos = this.tok.peek(LexContext.Normal).pos;
            this.accept(Token.LParen, LexContext.Normal);
            // pattern := word ('|' word)*
            const pattern = [];
            let expectWord = true;
            let next = this.tok.peek(LexContext.Normal);
            while (next.token !== Token.RParen && next.token !== Token.EOF) {
                const valid = next.token === (expectWord ? Token.Word : Token.Pipe);
                if (valid)
                    expectWord = !expectWord;
                else if (!invalid) {
                    this.unexpectedToken(next);
                    invalid = true;
                }
                const tok = this.tok.next(LexContext.Normal);
                if (tok.token === Token.Word)
                    pattern.push(this.toWord(tok));
                next = this.tok.peek(LexContext.Normal);
            }
            if (expectWord && next.token === Token.RParen && !invalid) {
                this.unexpectedToken(next);
                invalid = true;
            }
            const rparenEnd = this.acceptEnd(Token.RParen, LexContext.Normal);
            const cmds = this.list();
            // An empty body belongs where commands would start, not wherever the lexer stopped.
            const bodyPos = rparenEnd >= 0 ? rparenEnd : pattern.length > 0 ? pattern[pattern.length - 1].end : itemPos;
            const itemEnd = cmds.length > 0 ? cmds[cmds.length - 1].end : bodyPos;
            const item = {
                type: "CaseItem",
                pos: itemPos,
                end: itemEnd,
                pattern,
                body: cmds.length > 0
                    ? this.makeCompoundList(cmds)
                    : { type: "CompoundList", pos: bodyPos, end: bodyPos, commands: [] },
                terminator: undefined,
            };
            const after = this.tok.peek(LexContext.CommandStart);
            t = after.token;
            if (t === Token.DoubleSemi || t === Token.SemiAmp || t === Token.DoubleSemiAmp) {
                const termTok = this.tok.next(LexContext.CommandStart);
                item.terminator = CASE_TERMINATORS[termTok.token];
                item.end = termTok.end;
            }
            else if (t !== Token.Esac && t !== Token.EOF && !invalid) {
                this.unexpectedToken(after);
                invalid = true;
            }
            items.push(item);
            this.skipNewlines(LexContext.CasePattern);
            t = this.tok.peek(LexContext.CasePattern).token;
        }
        const closeEnd = this.acceptEnd(Token.Esac, LexContext.CommandStart);
        if (closeEnd < 0)
            this.error("expected 'esac' to close 'case'", this.tok.getPos());
        const end = closeEnd >= 0 ? closeEnd : pos;
        this.syntaxDepth--;
        return { type: "Case", pos, end, word, items };
    }
    // select_clause := SELECT word [IN word* (';'|NL)] DO list DONE
    selectClause() {
        const pos = this.tok.next(LexContext.CommandStart).pos;
        const name = this.readRequiredWord("select");
        let wordlist;
        this.skipNewlines(LexContext.CommandStart);
        if (this.tok.peek(LexContext.CommandStart).token === Token.In) {
            this.tok.next(LexContext.CommandStart);
            wordlist = [];
            while (this.tok.peek(LexContext.Normal).token === Token.Word) {
                wordlist.push(this.readWord(LexContext.Normal));
            }
        }
        this.skipSemi();
        this.skipNewlines(LexContext.CommandStart);
        if (this.tok.peek(LexContext.CommandStart).token === Token.LBrace) {
            const bg = this.braceGroup();
            return { type: "Select", pos, end: bg.end, name, wordlist, body: bg.body };
        }
        const hasDo = this.accept(Token.Do, LexContext.CommandStart) !== null;
        if (!hasDo)
            this.error("expected 'do'", this.tok.getPos());
        if (this.syntaxDepth >= MAX_SYNTAX_NESTING) {
            this.error("maximum select nesting depth exceeded", pos);
            const closeEnd = this.tok.skipCompoundBody(Token.Done);
            if (closeEnd < 0)
                this.error("expected 'done' to close 'select'", this.tok.getPos());
            const end = closeEnd >= 0 ? closeEnd : pos;
            return { type: "Select", pos, end, name, wordlist, body: this.makeCompoundList([]) };
        }
        this.syntaxDepth++;
        const body = this.doBody(hasDo);
        this.syntaxDepth--;
        this.skipSemi();
        const closeEnd = this.acceptEnd(Token.Done, LexContext.CommandStart);
        if (closeEnd < 0)
            this.error("expected 'done' to close 'select'", this.tok.getPos());
        const end = closeEnd >= 0 ? closeEnd : pos;
        return { type: "Select", pos, end, name, wordlist, body: this.makeCompoundList(body) };
    }
    // test_command := [[ test_expr ]]
    testCommand() {
        const pos = this.tok.next(LexContext.CommandStart).pos; // consume [[
        const expr = this.parseTestOr();
        const closeEnd = this.acceptEnd(Token.DblRBracket, LexContext.TestMode);
        if (closeEnd < 0)
            this.error("expected ']]' to close '[['", this.tok.getPos());
        const end = closeEnd >= 0 ? closeEnd : pos;
        return { type: "TestCommand", pos, end, expression: expr };
    }
    // test_or := test_and ('||' test_and)*
    parseTestOr() {
        const first = this.parseTestAnd();
        if (this.tok.peek(LexContext.TestMode).token !== Token.Or)
            return first;
        const operands = [first];
        do {
            this.tok.next(LexContext.TestMode);
            operands.push(this.parseTestAnd());
        } while (this.tok.peek(LexContext.TestMode).token === Token.Or);
        return {
            type: "TestLogical",
            pos: first.pos,
            end: operands[operands.length - 1].end,
            operator: "||",
            operands,
        };
    }
    // test_and := test_not ('&&' test_not)*
    parseTestAnd() {
        const first = this.parseTestNot();
        if (this.tok.peek(LexContext.TestMode).token !== Token.And)
            return first;
        const operands = [first];
        do {
            this.tok.next(LexContext.TestMode);
            operands.push(this.parseTestNot());
        } while (this.tok.peek(LexContext.TestMode).token === Token.And);
        return {
            type: "TestLogical",
            pos: first.pos,
            end: operands[operands.length - 1].end,
            operator: "&&",
            operands,
        };
    }
    // test_not := '!' test_not | test_primary
    parseTestNot() {
        let t = this.tok.peek(LexContext.TestMode);
        if (!isTestNegation(t))
            return this.parseTestPrimary();
        const negations = [];
        while (isTestNegation(t)) {
            const bang = this.tok.next(LexContext.TestMode);
            negations.push({ type: "Negation", pos: bang.pos, end: bang.end });
            t = this.tok.peek(LexContext.TestMode);
        }
        const operand = this.parseTestPrimary();
        return { type: "TestNot", pos: negations[0].pos, end: operand.end, negations, operand };
    }
    // test_primary := '(' test_or ')' | unary_op word | word binary_op word | word
    parseTestPrimary() {
        // Grouped: ( expr )
        if (this.tok.peek(LexContext.TestMode).token === Token.LParen) {
            const openPos = this.tok.next(LexContext.TestMode).pos;
            if (this.syntaxDepth >= MAX_SYNTAX_NESTING) {
                this.error("maximum test group nesting depth exceeded", openPos);
                const closeEnd = this.tok.skipTestGroup();
                if (closeEnd < 0)
                    this.error("expected ')' to close test group", this.tok.getPos());
                const end = closeEnd >= 0 ? closeEnd : openPos;
                const operand = new WordImpl("", openPos, openPos);
                const expression = {
                    type: "TestUnary",
                    pos: openPos,
                    end: openPos,
                    operator: "-n",
                    operand,
                };
                return { type: "TestGroup", pos: openPos, end, expression };
            }
            this.syntaxDepth++;
            const expr = this.parseTestOr();
            this.syntaxDepth--;
            const closeEnd = this.acceptEnd(Token.RParen, LexContext.TestMode);
            if (closeEnd < 0)
                this.error("expected ')' to close test group", this.tok.getPos());
            const end = closeEnd >= 0 ? closeEnd : openPos;
            return { type: "TestGroup", pos: openPos, end, expression: expr };
        }
        const first = this.tok.next(LexContext.TestMode);
        if (first.token === Token.And || first.token === Token.Or)
            this.unexpectedToken(first);
        const val = first.value;
        const firstPos = first.pos;
        const firstEnd = first.end;
        // Unary test: -op word, recognized only as written. Bash rejects the operator without an
        // operand, so keep the operator and report the missing word instead of demoting it to a string.
        if (first.keywordEligible && UNARY_TEST_OPS[val] === 1) {
            if (this.tok.peek(LexContext.TestMode).token === Token.Word) {
                const operand = this.readTestOperand();
                return {
                    type: "TestUnary",
                    pos: firstPos,
                    end: operand.end,
                    operator: val,
                    operand,
                };
            }
            this.error("expected operand after unary test operator", firstEnd);
            const operand = new WordImpl("", firstEnd, firstEnd);
            return { type: "TestUnary", pos: firstPos, end: firstEnd, operator: val, operand };
        }
        // Check for binary op
        const nt = this.tok.peek(LexContext.TestMode);
        if (nt.token === Token.Word && nt.keywordEligible && BINARY_TEST_OPS[nt.value] === 1) {
            const op = this.tok.next(LexContext.TestMode).value;
            let right;
            if (op === "=~") {
                const token = this.tok.readTestRegexWord();
                right = new WordImpl(this.source.slice(token.pos, token.end), token.pos, token.end, this.source, embeddedPartsResolver(this.tok.getSubstitutionContext()), this.depth);
            }
            else {
                right = this.readTestOperand();
            }
            const left = this.toWordFromPosEnd(first, firstPos, firstEnd);
            return {
                type: "TestBinary",
                pos: firstPos,
                end: right.end,
                operator: op,
                left,
                right,
            };
        }
        // Standalone word (implicit -n test)
        const w = this.toWordFromPosEnd(first, firstPos, firstEnd);
        return { type: "TestUnary", pos: firstPos, end: w.end, operator: "-n", operand: w };
    }
    // Unquoted `<` and `>` are operators in `[[ ]]`, never operands.
    readTestOperand() {
        const t = this.tok.next(LexContext.TestMode);
        if (t.keywordEligible && (t.value === "<" || t.value === ">"))
            this.error(`unexpected argument '${t.value}' to conditional operator`, t.pos);
        return this.toWord(t);
    }
    // function_def with 'function' keyword
    functionDef() {
        const pos = this.tok.next(LexContext.CommandStart).pos;
        const name = this.readWord(LexContext.FunctionName);
        let body;
        if (this.tok.peek(LexContext.CommandStart).token === Token.LParen) {
            const openPos = this.tok.next(LexContext.CommandStart).pos;
            // `(` is the optional empty parameter list only when `)` follows immediately;
            // anything else opens a subshell body, as in `f() ( ... )`.
            if (this.tok.peek(LexContext.CommandStart).token === Token.RParen) {
                this.tok.next(LexContext.CommandStart);
                this.skipNewlines(LexContext.CommandStart);
                body = this.commandAsBody();
            }
            else {
                body = this.withRedirects(this.subshellBody(openPos));
            }
        }
        else {
            this.skipNewlines(LexContext.CommandStart);
            body = this.commandAsBody();
        }
        return { type: "Function", pos, end: body.end, name, body };
    }
    // simple_command or function_def (word '(' ')' body)
    simpleCommandOrFunction(coproc) {
        const prefix = [];
        const cmdPos = this.tok.peek(LexContext.CommandStart).pos;
        let lastEnd = cmdPos;
        // Assignments and redirects interleave freely; after the first element CommandPrefix
        // keeps the following command name from being read as a reserved word.
        let ctx = LexContext.CommandStart;
        for (;;) {
            const t = this.tok.peek(ctx).token;
            if (t === Token.Assignment) {
                const assignment = this.tok.next(ctx);
                lastEnd = assignment.end;
                prefix.push(this.parseAssignment(assignment));
            }
            else if (t === Token.Redirect) {
                const redirect = this.readRedirect(ctx);
                prefix.push(redirect);
                lastEnd = redirect.end;
            }
            else {
                break;
            }
            ctx = LexContext.CommandPrefix;
        }
        if (this.tok.peek(LexContext.Normal).token !== Token.Word) {
            return new CommandImpl(cmdPos, lastEnd, undefined, prefix, []);
        }
        const nameToken = this.tok.next(LexContext.Normal);
        const keyword = nameToken.keywordEligible ? nameToken.value : "";
        const name = this.toWord(nameToken);
        ctx = isDeclarationCommand(keyword)
            ? LexContext.Declaration
            : keyword === "eval" || keyword === "let"
                ? LexContext.EvalArgument
                : LexContext.Normal;
        lastEnd = name.end;
        const suffix = [];
        if (coproc) {
            while (this.tok.peek(LexContext.CommandPrefix).token === Token.Assignment) {
                const token = this.tok.next(LexContext.CommandPrefix);
                const word = ctx === LexContext.Declaration ? this.parseAssignment(token) : this.toWord(token);
                suffix.push(word);
                lastEnd = word.end;
            }
        }
        // Check for function definition: word '(' ')' body
        if (this.tok.peek(ctx).token === Token.LParen && suffix.length === 0) {
            this.tok.next(LexContext.Normal);
            if (this.tok.peek(LexContext.Normal).token === Token.RParen) {
                this.tok.next(LexContext.Normal);
                this.skipNewlines(LexContext.CommandStart);
                const body = this.commandAsBody();
                return {
                    type: "Function",
                    pos: name.pos,
                    end: body.end,
                    name,
                    body,
                };
            }
        }
        // Collect suffix words and redirects
        for (;;) {
            const st = this.tok.peek(ctx).token;
            if (st === Token.Word || st === Token.Assignment) {
                const token = this.tok.next(ctx);
                const w = st === Token.Assignment ? this.parseAssignment(token) : this.toWord(token);
                suffix.push(w);
                lastEnd = w.end;
            }
            else if (st === Token.Redirect) {
                const redirect = this.readRedirect(ctx);
                suffix.push(redirect);
                lastEnd = redirect.end;
            }
            else {
                break;
            }
        }
        return new CommandImpl(cmdPos, lastEnd, name, prefix, suffix);
    }
    readRedirect(ctx) {
        const t = this.tok.next(ctx);
        const tPos = t.pos;
        const tEnd = t.end;
        const descriptor = t.fileDescriptor !== undefined
            ? { type: "FileDescriptor", pos: tPos, end: t.descriptorEnd, value: t.fileDescriptor }
            : t.variableName !== undefined
                ? { type: "FileDescriptorVariable", pos: tPos, end: t.descriptorEnd, name: t.variableName }
                : undefined;
        const hasTarget = t.targetEnd > t.targetPos;
        if (!hasTarget)
            this.error("expected redirect target", t.targetPos);
        if (t.value === "<<" || t.value === "<<-") {
            const r = {
                type: "HereDoc",
                pos: tPos,
                end: tEnd,
                operator: t.value,
                descriptor,
                delimiter: hasTarget
                    ? {
                        type: "HereDocDelimiter",
                        pos: t.targetPos,
                        end: t.targetEnd,
                        text: this.source.slice(t.targetPos, t.targetEnd),
                        value: t.content ?? "",
                        quoted: t.delimiterQuoted,
                    }
                    : undefined,
                body: new HereDocBodyImpl(this.source, tEnd, t.delimiterQuoted, this.depth, this.tok.getSubstitutionContext()),
                closing: undefined,
            };
            if (hasTarget)
                this.tok.registerHereDocTarget(r);
            return r;
        }
        const target = hasTarget
            ? new WordImpl(this.source.slice(t.targetPos, t.targetEnd), t.targetPos, t.targetEnd, this.source, wordPartsResolver(this.tok.getSubstitutionContext()), this.depth)
            : undefined;
        return t.value === "<<<"
            ? { type: "HereString", pos: tPos, end: tEnd, operator: "<<<", descriptor, target }
            : { type: "Redirect", pos: tPos, end: tEnd, operator: REDIRECT_OPS[t.value] ?? ">", descriptor, target };
    }
    commandAsBody() {
        const cmd = this.command();
        if (cmd && cmd.type !== "Command" && cmd.type !== "Function" && cmd.type !== "Coproc")
            return cmd;
        this.error("expected compound command as function body", cmd?.pos ?? this.tok.getPos());
        return this.makeCompoundList(cmd ? [this.makeStatement(cmd)] : []);
    }
    readWord(ctx) {
        return this.toWord(this.tok.next(ctx));
    }
    // A missing word stays empty and leaves its token to the rest of the clause.
    readRequiredWord(keyword) {
        const t = this.tok.peek(LexContext.Normal);
        if (t.token === Token.Word)
            return this.toWord(this.tok.next(LexContext.Normal));
        if (t.token !== Token.EOF)
            this.error(`expected word after '${keyword}'`, t.pos);
        return new WordImpl("", t.pos, t.pos);
    }
    toWord(tok) {
        const text = tok.raw ? tok.value : this.source.slice(tok.pos, tok.end);
        // Raw keyword-eligible words have no quotes or expansions to resolve.
        const source = tok.raw && tok.keywordEligible ? undefined : this.source;
        return new WordImpl(text, tok.pos, tok.end, source, source === undefined ? computeBareWordParts : wordPartsResolver(this.tok.getSubstitutionContext()), this.depth);
    }
    toWordFromPosEnd(tok, pos, end) {
        if (tok.pos === pos && tok.end === end)
            return this.toWord(tok);
        return new WordImpl(this.source.slice(pos, end), pos, end, this.source, wordPartsResolver(this.tok.getSubstitutionContext()), this.depth);
    }
    parseAssignment(token) {
        const text = token.raw ? token.value : this.source.slice(token.pos, token.end);
        return new AssignmentImpl(text, token.pos, token.end, this.source, token.assignmentOperatorPos, this.depth, this.tok.getSubstitutionContext());
    }
    makeCompoundList(commands) {
        const p = this.tok.getPos();
        const pos = commands.length > 0 ? commands[0].pos : p;
        const end = commands.length > 0 ? commands[commands.length - 1].end : p;
        return { type: "CompoundList", pos, end, commands };
    }
}

;// CONCATENATED MODULE: ./src/activation/shell-printing.ts

function isPrinter(name) {
    return name === 'echo' || name === 'printf' || name === 'cat';
}
/**
 * Runs a command that prints, as bash has them, and as coreutils has `cat`.
 * @param input the text of a here-document
 * @throws UnknownEffect for what it would read elsewhere, and for options and formats that few scripts have
 */
function print(name, args, input, output, command) {
    output.write(name === 'echo' ? echo(args, command) : name === 'printf' ? printf(args, command) : cat());
    function cat() {
        if (input === undefined || args.length > 0)
            throw new UnknownEffect("'cat' of a file", command);
        return input;
    }
}
function echo(args, command) {
    const first = args.findIndex((arg) => !/^-[neE]+$/.test(arg));
    const words = first === -1 ? [] : args.slice(first);
    const options = args.slice(0, first === -1 ? args.length : first).join('');
    const isEscaped = options.lastIndexOf('e') > options.lastIndexOf('E');
    const text = words.join(' ');
    return (isEscaped ? shell_printing_unescape(text, command) : text) + (options.includes('n') ? '' : '\n');
}
/** The format is used again while there are arguments for it. */
function printf(args, command) {
    const [format, ...values] = args[0] === '--' ? args.slice(1) : args;
    if (format === undefined || format.startsWith('-'))
        throw new UnknownEffect("'printf' with options", command);
    const pieces = format.split(/(%.?)/s);
    const count = pieces.filter((piece) => piece === '%s').length;
    let text = '';
    do {
        for (const [index, piece] of pieces.entries()) {
            if (index % 2 === 0)
                text += shell_printing_unescape(piece, command, { ...escapes, '"': '"' });
            else if (piece === '%%')
                text += '%';
            else if (piece === '%s')
                text += values.shift() ?? '';
            else
                throw new UnknownEffect(`'printf' of '${piece}'`, command);
        }
    } while (count > 0 && values.length > 0);
    return text;
}
const escapes = {
    n: '\n',
    t: '\t',
    '\\': '\\',
    e: '\u001b',
    '033': '\u001b',
};
/** The escapes that `echo -e` and `printf` have in common. */
function shell_printing_unescape(text, command, known = escapes) {
    return text.replace(/\\(033(?![0-7])|.|$)/gs, (escape, name) => {
        const character = known[name];
        if (character === undefined)
            throw new UnknownEffect(`the escape '${escape}'`, command);
        return character;
    });
}

;// CONCATENATED MODULE: ./src/activation/shell-syntax.ts


/**
 * What bash has between the nodes below: blanks, comments, the words of its grammar, and what ends a command, which has
 * to follow a command on its line.
 */
const between = /(?<blank>[^\S\n]|\\\n|#.*)|(?<close>\}|fi\b)|(?<open>\n|[!{]|(?:if|then|elif|else|time)\b)|(?<end>&&?|\|\|?|;)/y;
const whole = new Set([
    'Word',
    'Assignment',
    'Redirect',
    'HereString',
    'TestCommand',
    'For',
    'ArithmeticFor',
    'Select',
    'While',
    'Subshell',
    'Case',
    'ArithmeticCommand',
    'Function',
    'Coproc',
]);
/**
 * Parses a script of bash.
 * @throws UnknownEffect when bash would not take it, or might not. The parser forgives more than bash, which runs nothing
 * of a command that it cannot parse, so whatever the parser has passed over has to be what may stand there.
 */
function parseScript(script) {
    const strange = /[\0\r]/.exec(script);
    if (strange)
        throw new UnknownEffect('a control character', { pos: strange.index });
    // Bash joins lines before all else, the parser only where a name has ended.
    const joined = /\$\{?\w*\\\n/.exec(script);
    if (joined)
        throw new UnknownEffect('a name that goes on in the next line', { pos: joined.index });
    // Bash keeps it or drops it, depending on how the lines before it end.
    if (script.endsWith('\\'))
        throw new UnknownEffect('a backslash at the very end', { pos: script.length - 1 });
    const root = parse(script);
    const [error] = root.errors ?? [];
    if (error)
        throw new UnknownEffect(`a syntax error: ${error.message}`, error);
    let at = 0;
    for (const { pos, end } of [...wholeNodes(root, script), { pos: script.length, end: script.length }]) {
        checkBetween(script, at, pos);
        at = end;
    }
    return root.commands;
}
function checkBetween(script, start, end) {
    let isAfterCommand = start > 0;
    for (let at = start; at < end; at = between.lastIndex) {
        between.lastIndex = at;
        const found = between.exec(script)?.groups ?? outOfPlace(`'${script.charAt(at)}'`, at);
        if (found['end'] !== undefined && !isAfterCommand)
            outOfPlace(`'${found['end']}'`, at);
        if (found['blank'] === undefined)
            isAfterCommand = found['close'] !== undefined;
    }
}
/** Where the nodes are that are taken as they are, in the order of the script. */
function wholeNodes(root, script) {
    return placesIn(root, script).sort((a, b) => a.pos - b.pos);
}
function placesIn(node, script) {
    if (node.type === 'TestCommand')
        checkOperands(node, script);
    if (node.type === 'HereDoc')
        return [node, { pos: node.body.pos, end: node.closing?.end ?? node.body.end }];
    if (whole.has(node.type))
        return [node];
    return childrenOf(node).flatMap((child) => placesIn(child, script));
}
/** In `[[ … ]]` the parser takes parentheses and brackets for words, and the end of a line for a blank. */
function checkOperands(node, script) {
    if (node.type === 'TestUnary' || node.type === 'TestBinary') {
        let at = node.pos;
        for (const { pos, end } of childrenOf(node)) {
            const newline = /(?<!\\)\n/.exec(script.slice(at, pos));
            if (newline)
                outOfPlace('the end of the line', at + newline.index);
            at = end;
        }
    }
    if (node.type !== 'Word')
        for (const child of childrenOf(node))
            checkOperands(child, script);
    else if (/^(?:[()]|\[\[|\]\])$/.test(node.text))
        outOfPlace(`'${node.text}'`, node.pos);
}
function childrenOf(node) {
    const children = [];
    forEachChild(node, (child) => children.push(child));
    return children;
}
function outOfPlace(text, pos) {
    throw new UnknownEffect(`${text} out of place`, { pos });
}

;// CONCATENATED MODULE: ./src/activation/shell-tests.ts

/** Evaluates what stands in `[[ … ]]`. */
function evaluateTest(test, context) {
    const { shell } = context;
    switch (test.type) {
        case 'TestUnary':
            return unary(test.operator, expandText(test.operand, shell), test, context);
        case 'TestBinary':
            return binary(test.operator, expandText(test.left, shell), expandPattern(test.right, shell), test);
        case 'TestLogical':
            return test.operator === '&&'
                ? test.operands.every((operand) => evaluateTest(operand, context))
                : test.operands.some((operand) => evaluateTest(operand, context));
        case 'TestNot':
            return evaluateTest(test.operand, context) === (test.negations.length % 2 === 0);
        case 'TestGroup':
            return evaluateTest(test.expression, context);
    }
}
/**
 * Evaluates the arguments of `test` and of `[`, whose number decides what they mean (POSIX, "test").
 * @throws UnknownEffect for operators other than those of text and of what is at a path
 */
function evaluateArguments(args, node, context) {
    const [first = '', second = '', third = ''] = args;
    switch (args.length) {
        case 0:
            return false;
        case 1:
            return first !== '';
        case 2:
            return first === '!' ? second === '' : unary(first, second, node, context);
        case 3:
            if (isComparison(second))
                return binary(second, first, third, node);
    }
    if (first === '!' && args.length <= 4)
        return !evaluateArguments(args.slice(1), node, context);
    throw new UnknownEffect(`the test '${args.join(' ')}'`, node);
}
function isComparison(operator) {
    return operator === '=' || operator === '==' || operator === '!=';
}
function binary(operator, left, right, node) {
    if (!isComparison(operator))
        throw new UnknownEffect(`the test '${operator}'`, node);
    return (left === right) === (operator !== '!=');
}
function unary(operator, operand, node, { kindOf }) {
    switch (operator) {
        case '-n':
            return operand !== '';
        case '-z':
            return operand === '';
        case '-e':
            return lookUp(operand, node, kindOf) !== 'absent';
        case '-f':
            return lookUp(operand, node, kindOf) === 'file';
        case '-d':
            return lookUp(operand, node, kindOf) === 'directory';
        default:
            throw new UnknownEffect(`the test '${operator}'`, node);
    }
}
function lookUp(path, node, kindOf) {
    if (path === '')
        return 'absent';
    const place = path.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '');
    const isPlain = place.startsWith('/') && !/\/\.\.?(\/|$)/.test(place);
    const kind = isPlain ? kindOf(place) : 'unknown';
    if (kind === 'unknown')
        throw new UnknownEffect(`whether '${path}' is there`, node);
    // A slash at the end asks for a directory.
    return kind === 'file' && path.endsWith('/') ? 'absent' : kind;
}

;// CONCATENATED MODULE: ./src/activation/shell-script.ts





/**
 * Runs a script on the variables of a shell, in the part of bash whose effects can be known: assignments, `export`,
 * `unset`, `:`, `test`, `[`, `[[`, `if`, `&&`, `||`, `!`, `{ … }`, and the output of these to /dev/null; where it may print,
 * also `echo`, `printf`, `cat` with a here-document, and `exit 0`. Only the way that is taken has to be in that part. Options
 * of the shell are taken to be those of a script's beginning.
 * @returns whether the status is 0
 * @throws UnknownEffect naming what it comes upon besides; the variables may have been changed by then
 */
function evaluateScript(script, context) {
    try {
        return evaluateList(parseScript(script), context);
    }
    catch (error) {
        if (error instanceof Exit)
            return true;
        throw error;
    }
}
/** Thrown by `exit 0`, for nothing behind it is run. */
class Exit extends Error {
}
/** Like the functions below, gives whether the status is 0. */
function evaluateList(statements, context) {
    let isSuccess = true;
    for (const statement of statements) {
        if (statement.background)
            throw new UnknownEffect('a command in the background', statement);
        isSuccess = evaluateNode(statement.command, context);
    }
    return isSuccess;
}
function evaluateNode(node, context) {
    switch (node.type) {
        case 'Command':
            return evaluateCommand(node, context);
        case 'TestCommand':
            return evaluateTest(node.expression, context);
        case 'AndOr':
            return evaluateAndOr(node, context);
        case 'If':
            return evaluateIf(node, context);
        case 'BraceGroup':
            return evaluateList(node.body.commands, context);
        case 'Redirected': {
            const redirected = redirect(node.redirects, context);
            if (redirected.input !== undefined)
                throw new UnknownEffect('a here-document for several commands', node);
            return evaluateNode(node.command, redirected);
        }
        case 'Pipeline': {
            const [command, second] = node.commands;
            if (!command || second)
                throw new UnknownEffect('a pipeline', node);
            if (node.prefixes.some(({ type }) => type === 'Time'))
                throw new UnknownEffect("'time'", node);
            return evaluateNode(command, context) === (node.prefixes.length % 2 === 0);
        }
        case 'For':
        case 'ArithmeticFor':
        case 'Select':
        case 'While':
        case 'Subshell':
        case 'Case':
        case 'ArithmeticCommand':
        case 'Function':
        case 'Coproc':
            throw new UnknownEffect(shell_script_constructs[node.type], node);
    }
}
const shell_script_constructs = {
    For: "a 'for' loop",
    ArithmeticFor: "a 'for' loop",
    Select: "a 'select' loop",
    While: 'a loop',
    Subshell: 'a subshell',
    Case: "'case'",
    ArithmeticCommand: 'arithmetic',
    Function: 'a function',
    Coproc: 'a coprocess',
};
function evaluateAndOr({ commands, operators }, context) {
    return commands.reduce((isSuccess, command, position) => {
        const isNext = position === 0 || isSuccess === (operators[position - 1] === '&&');
        return isNext ? evaluateNode(command, context) : isSuccess;
    }, true);
}
function evaluateIf(node, context) {
    for (const { clause, then } of [node, ...node.elif]) {
        if (evaluateList(clause.commands, context))
            return evaluateList(then.commands, context);
    }
    return evaluateList(node.else?.commands ?? [], context);
}
function evaluateCommand(command, context) {
    const { name, args, redirects } = command;
    const redirected = redirect(redirects, context);
    const assignments = command.prefix.filter((part) => part.type === 'Assignment');
    if (name === undefined) {
        if (redirected.input !== undefined)
            throw new UnknownEffect('a here-document for nothing', command);
        // Their order is bash's own.
        if (context.output && redirects.length > 0 && assignments.length > 0) {
            throw new UnknownEffect('an assignment with a redirection', command);
        }
        for (const assignment of assignments) {
            shell_words_assign(assignment.name, assignedValue(assignment, context), assignment, context.shell);
        }
        return true;
    }
    if (name.parts !== undefined || name.text !== name.value) {
        throw new UnknownEffect(`the command '${name.text}'`, command);
    }
    if (assignments.length > 0)
        throw new UnknownEffect(`variables for '${name.value}' alone`, command);
    if (redirected.input !== undefined && name.value !== 'cat') {
        throw new UnknownEffect(`a here-document for '${name.value}'`, command);
    }
    if (isPrinter(name.value) && redirected.output) {
        print(name.value, expandAll(args, context), redirected.input, redirected.output, command);
        return true;
    }
    switch (name.value) {
        case ':':
        case 'true':
        case 'false':
            expandAll(args, context);
            return name.value !== 'false';
        case 'test':
            return evaluateArguments(expandAll(args, context), command, context);
        case '[': {
            const tested = expandAll(args, context);
            if (tested.pop() !== ']')
                throw new UnknownEffect("a '[' without ']'", command);
            return evaluateArguments(tested, command, context);
        }
        case 'export':
            return exportAll(command, context);
        case 'unset':
            return unsetAll(command, context);
        case 'exit':
            if (context.output && expandAll(args, context).join() === '0')
                throw new Exit();
            throw new UnknownEffect(`the command '${name.value}'`, command);
        default:
            throw new UnknownEffect(`the command '${name.value}'`, command);
    }
}
/** `export NAME=value NAME …`. All words are expanded before the first is assigned. */
function exportAll(command, context) {
    const exported = command.args.flatMap((arg) => {
        if (arg.type === 'Assignment')
            return [{ name: arg.name, value: assignedValue(arg, context) }];
        const text = expandArgument(arg, context.shell);
        if (text === undefined)
            return [];
        const equals = text.indexOf('=');
        return [equals === -1 ? { name: text } : { name: text.slice(0, equals), value: text.slice(equals + 1) }];
    });
    // Without a name it lists what is exported.
    if (exported.length === 0)
        throw new UnknownEffect("'export' without a name", command);
    for (const { name, value } of exported) {
        checkName(name, command);
        if (value !== undefined)
            shell_words_assign(name, value, command, context.shell);
        else if (!context.shell.isKnown(name, 'set'))
            throw new UnknownEffect(`the export of $${name}`, command);
        context.shell.export(name);
    }
    return true;
}
function unsetAll(command, context) {
    const [first, ...rest] = expandAll(command.args, context);
    const names = first === undefined || first === '-v' ? rest : [first, ...rest];
    for (const name of names) {
        checkName(name, command);
        if (!context.shell.isKnown(name, 'set'))
            throw new UnknownEffect(`a change of $${name}`, command);
        context.shell.unset(name);
    }
    return true;
}
function checkName(name, command) {
    if (isIdentifier(name))
        return;
    throw new UnknownEffect(`'${command.name?.text ?? ''}' with '${name}'`, command);
}
function expandAll(args, { shell }) {
    return args.flatMap((arg) => {
        if (arg.type === 'Assignment')
            throw new UnknownEffect(`the argument '${arg.text}'`, arg);
        return expandArgument(arg, shell) ?? [];
    });
}
function assignedValue({ value, append, index, text, pos }, { shell }) {
    if (value.type === 'ArrayValue' || index !== undefined)
        throw new UnknownEffect('an array', { pos });
    if (append)
        throw new UnknownEffect(`the assignment '${text}'`, { pos });
    return expandText(value, shell);
}
/** What stands behind redirections: the output that they lead to, and the text of a here-document. */
function redirect(redirections, context) {
    if (context.output)
        return { ...context, ...context.output.redirect(redirections, context.shell) };
    redirections.forEach(checkRedirection);
    return context;
}
/** Refuses a redirection but those of output to /dev/null and to other output. */
function checkRedirection(redirection) {
    if (redirection.type === 'Redirect') {
        const { operator, descriptor, target } = redirection;
        const isOutput = descriptor === undefined || (descriptor.type === 'FileDescriptor' && descriptor.value <= 2);
        const to = target?.parts === undefined ? target?.value : undefined;
        if (isOutput && operator.includes('>') && to === '/dev/null')
            return;
        if (isOutput && operator === '>&' && (to === '1' || to === '2'))
            return;
    }
    throw new UnknownEffect('a redirection', redirection);
}

;// CONCATENATED MODULE: ./src/activation/shell-variables.ts
/** Variables that a container or its shell sets, so that what is not known of them is not unset either. */
const containers = new Set('HOME HOSTNAME LOGNAME MAIL OLDPWD PATH SHELL TERM USER container'.split(' '));
/** Variables that bash itself gives a value or a meaning (bash manual, "Bash Variables"). */
const shells = new Set(('_ COLUMNS COMP_CWORD COMP_KEY COMP_LINE COMP_POINT COMP_TYPE COMP_WORDBREAKS COMP_WORDS COMPREPLY COPROC DIRSTACK ' +
    'EPOCHREALTIME EPOCHSECONDS EUID EXECIGNORE FCEDIT FIGNORE FUNCNAME FUNCNEST GLOBIGNORE GROUPS HISTCMD ' +
    'HISTCONTROL HISTFILE HISTFILESIZE HISTIGNORE HISTSIZE HISTTIMEFORMAT HOSTTYPE IFS IGNOREEOF INSIDE_EMACS LINENO ' +
    'LINES MACHTYPE MAILCHECK MAPFILE OPTARG OPTERR OPTIND OSTYPE PIPESTATUS POSIXLY_CORRECT PPID PROMPT_COMMAND PS0 ' +
    'PS1 PS2 PS3 PS4 PWD RANDOM READLINE_ARGUMENT READLINE_LINE READLINE_MARK READLINE_POINT REPLY SECONDS ' +
    'SHELLOPTS SHLVL SRANDOM TIMEFORMAT TMOUT UID').split(' '));
/** The variables of a shell, and which of them are exported. */
class ShellVariables {
    #variables;
    #others;
    /**
     * @param exported what the shell inherits
     * @param others what is taken of all other variables; where they are unknown, none of them is read, and what matters to
     * programs is not set
     */
    constructor(exported, others = 'unset') {
        this.#variables = new Map([...exported].map(([name, value]) => [name, { value, exported: true }]));
        this.#others = others;
    }
    copy() {
        const copy = new ShellVariables(new Map(), this.#others);
        for (const [name, variable] of this.#variables)
            copy.#variables.set(name, variable);
        return copy;
    }
    /** Whether a script may read or set a variable, and what becomes of it is certain. */
    isKnown(name, use) {
        if (shells.has(name) || name.startsWith('BASH'))
            return false;
        if (this.#others === 'unknown') {
            return use === 'set' ? !containers.has(name) && !name.startsWith('LD_') : this.get(name) !== undefined;
        }
        return use === 'set' || !containers.has(name) || this.get(name) !== undefined;
    }
    get(name) {
        return this.#variables.get(name)?.value;
    }
    set(name, value) {
        this.#variables.set(name, { value, exported: this.#variables.get(name)?.exported ?? false });
    }
    /** A variable that is exported while it is unset appears as soon as it is set. */
    export(name) {
        this.#variables.set(name, { ...this.#variables.get(name), exported: true });
    }
    unset(name) {
        this.#variables.delete(name);
    }
    /** What a program started now would see. */
    exported() {
        const found = new Map();
        for (const [name, { value, exported }] of this.#variables) {
            if (exported && value !== undefined)
                found.set(name, value);
        }
        return found;
    }
}

;// CONCATENATED MODULE: ./src/activation/link-message.ts




/**
 * Computes what a link script prints, when that is certain and all that it does: when it writes nothing but to its output and
 * to `.messages.txt` in the prefix, whose text conda and micromamba show, runs no program but `cat` of a here-document, and
 * reads no variable but those that it is given. What is there at a path it is not told.
 *
 * PKG_BUILDNUM is the number, as conda and scripts have it; micromamba gives the whole build string
 * (libmamba/src/core/link.cpp, `run_script`).
 * @returns undefined for any other script, one that fails, and one that no reader of UTF-8 can read
 */
function linkMessage(script) {
    const { moment, text, prefix, rootPrefix, package: linked } = script;
    if (text.includes('\ufffd'))
        return undefined;
    // It is run where the package lies unpacked, with the path of another prefix in it.
    if (moment === 'pre-link' && text.includes(prefix))
        return undefined;
    const variables = new Map([
        ['PREFIX', prefix],
        ['ROOT_PREFIX', rootPrefix],
        ['PKG_NAME', linked.name],
        ['PKG_VERSION', linked.version],
        ['PKG_BUILDNUM', String(linked.buildNumber)],
    ]);
    // The environment is active for post-link scripts only.
    if (moment === 'post-link')
        variables.set('CONDA_PREFIX', prefix);
    const output = ShellOutput.ofScript(`${prefix}/.messages.txt`);
    const shell = new ShellVariables(variables, 'unknown');
    try {
        return evaluateScript(text, { shell, kindOf: () => 'unknown', output }) ? output.printed : undefined;
    }
    catch (error) {
        if (error instanceof UnknownEffect)
            return undefined;
        throw error;
    }
}

;// CONCATENATED MODULE: ./src/prefix/link-scripts.ts
const moments = ['pre-link', 'post-link'];
/**
 * The scripts of a package that micromamba would run when it links it: `bin/.<name>-pre-link.sh`, `…-post-link.sh`.
 * Those for unlinking run at no install and do not count.
 * @returns paths relative to the prefix, in the order in which they are run
 */
function linkScriptsOf({ name, paths, }) {
    return moments
        .map((moment) => ({ moment, path: `bin/.${name}-${moment}.sh` }))
        .filter(({ path }) => paths.includes(path));
}

;// CONCATENATED MODULE: ./src/layers/link-scripts.ts



/** A larger script does more than print. In bytes. */
const scriptLimit = 64 * 1024;
/** How much of the texts of a layer is kept, in code units: facts travel with the manifest of an image. */
const messagesLimit = 4000;
/** Whether a file of a package is one of its link scripts, and small enough to be looked at. */
function holdsLinkScript({ path, size }, plan) {
    return size <= scriptLimit && linkScriptsOf(plan).some((script) => script.path === path);
}
/**
 * Tells what the link scripts of packages would do.
 * @param scripts for each of the packages the text of its scripts by path, as far as they are at hand: what another package
 * replaces, a link, and what is too large, is not
 */
function readLinkScripts(sources, plans, scripts, context) {
    const scripted = [];
    const messages = {};
    for (const [position, source] of sources.entries()) {
        const plan = plans[position];
        // Nobody runs a script of a wheel, whatever it is called.
        if (!plan || !isPackage(source) || linkScriptsOf(plan).length === 0)
            continue;
        const message = link_scripts_messageOf(source, plan, scripts[position] ?? {}, context);
        if (message === undefined)
            scripted.push(plan.dist);
        else
            messages[plan.dist] = message;
    }
    const most = Math.floor(messagesLimit / Object.keys(messages).length);
    for (const [dist, message] of Object.entries(messages))
        messages[dist] = link_scripts_shortened(message, most);
    return { scripted, messages };
}
/** What a package's scripts print, less the empty lines around it; undefined when they do more, or may. */
function link_scripts_messageOf({ archive }, plan, texts, { prefix, rootPrefix }) {
    const { name, version, json } = archive.info.index;
    const number = json['build_number'];
    const linked = { name, version, buildNumber: typeof number === 'number' ? number : 0 };
    let message = '';
    for (const { moment, path } of linkScriptsOf(plan)) {
        const text = texts[path];
        const printed = text === undefined ? undefined : linkMessage({ moment, text, prefix, rootPrefix, package: linked });
        if (!printed)
            return undefined;
        message += printed.stdout + printed.stderr + printed.file;
    }
    return message.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd();
}
/** Cuts a text at the end of a line if there is one. */
function link_scripts_shortened(text, most) {
    if (text.length <= most)
        return text;
    const start = text.slice(0, most);
    const kept = start.slice(0, start.lastIndexOf('\n') + 1).trimEnd() || start.toWellFormed();
    return `${kept}\n(${text.length - kept.length} more characters)`;
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
const reproducible_directoryMode = 0o755;
/**
 * Upstream's root prefix can be written by everybody, so that `--user` with any number can install: what every install
 * writes in has this mode, in each layer that names it.
 */
const rootPrefixMode = 0o777;
const rootPrefixFileMode = 0o666;
/** What that is, relative to the root prefix: itself, the records, the environments, and the environment's own files. */
const openDirectories = ['', 'conda-meta', 'envs'];
const openFiles = ['conda-meta/history', 'conda-meta/state'];
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
                yield* tar_contentOf(entry);
                if (size % blockSize !== 0)
                    yield padding(size);
            }
        }
    }
    yield Buffer.alloc(2 * blockSize);
}
async function* tar_contentOf({ path, size, content, }) {
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

;// CONCATENATED MODULE: ./src/layers/job.ts











/**
 * Links the packages or wheels of a job one after the other, straight into the compressed layer.
 * @param compiler the job's, running
 */
async function runJob({ packages, context, owner, compression, file }, compiler) {
    const sources = await Promise.all(packages.map(openSource));
    const { exclude = [] } = context;
    const installed = sources.map((source) => planLinkable(source, asInstalled(context)));
    const plans = exclude.length > 0 ? installed.map((plan) => lessExcluded(plan, exclude)) : installed;
    refuseObstructed(plans);
    const texts = {};
    const kept = sources.map(() => ({ texts: {}, size: 0 }));
    const entries = keepTexts(linkAll(sources, plans, context, compiler, kept), isActivation, texts);
    const archived = packages.reduce((sum, one) => sum + ('wheel' in one ? one.size : one.facts.size), 0);
    const layer = await packEntries(layerEntries(entries, context, owner), compression, file, archived);
    const python = sources.filter(isPackage).find(({ locked }) => locked.name === 'python');
    const ofPackages = installed.filter((_, position) => packages[position] && 'facts' in packages[position]);
    const facts = withClaims({
        texts,
        ...readLinkScripts(sources, plans, kept.map((one) => one.texts), context),
        distributions: distributionNames(ofPackages.flatMap(({ paths }) => paths)),
        ...(python && { python: pythonOf(python.archive.info.index) }),
        prefix: context.prefix,
        sizes: withinRoom(sources.map((source, position) => {
            const { size = 0, texts: own = {} } = kept[position] ?? {};
            return packageSize(source, size, own);
        })),
    }, plans.map(({ name }) => name), plans.flatMap(({ paths }) => paths));
    const warnings = sources.filter(isPackage).flatMap(unreadableOf);
    return { layer, facts, leftOut: findLeftOut(filesOf(installed), exclude), warnings };
}
/** Entry points that nobody can read. */
function unreadableOf({ archive: { info } }) {
    return info.unreadable.map((sentence) => `${info.dist}: ${sentence}; there is no script for it`);
}
/**
 * Of a path that several of the packages claim, only the last one's file is given.
 * @param kept is told of each of the packages
 */
async function* linkAll(sources, plans, context, compiler, kept) {
    const clobbers = findClobbers(plans);
    for (const [position, source] of sources.entries()) {
        const plan = plans[position];
        const own = kept[position];
        if (!plan || !own)
            continue;
        const entries = linkLinkable(source, context, selectWinning(clobbers, position), compiler);
        const isKept = (entry) => isPackage(source) ? holdsLinkScript(entry, plan) : isMetadata(entry.path);
        yield* keepTexts(counted(entries, (bytes) => (own.size += bytes)), isKept, own.texts);
    }
}
function isActivation({ path }) {
    return activation_files_isActivationFile(path);
}
/** Keeps the text of some files on their way; they are small. */
async function* keepTexts(entries, isKept, texts) {
    for await (const entry of entries) {
        if (entry.type !== 'file' || !isKept(entry)) {
            yield entry;
            continue;
        }
        const bytes = await readAll(entry.content);
        texts[entry.path] = bytes.toString();
        yield { ...entry, content: oneChunk(bytes) };
    }
}
async function openSource(one) {
    if ('wheel' in one)
        return openLockedWheel({ ...one.wheel, url: new URL(one.wheel.url) }, one.file);
    const { locked, file, facts } = one;
    return openPackage({ locked: { ...locked, url: new URL(locked.url) }, file, ...facts });
}
/** The mode of what is at a path, of its own accord; `root` is the root prefix, and both are relative to the image's root. */
function modeBelow(root, type, path, own, groupWritable = false) {
    const mode = openMode(type, path === root ? '' : path.slice(root.length + 1)) ?? own;
    return groupWritable ? groupAsOwner(mode) : mode;
}
/** What a directory of a prefix is in an image; `path` is relative to the image's root. */
function directoryOfPrefix(path, rootPrefix, { uid, gid, groupWritable }) {
    return { uid, gid, mode: modeBelow(rootPrefix.slice(1), 'directory', path, directoryMode, groupWritable) };
}
/**
 * Places entries of a prefix in an image: below the prefix, with an owner, behind their parent directories.
 * @param directories those that the layer has already, to which more are added
 */
async function* layerEntries(entries, { prefix, rootPrefix }, { uid, gid, groupWritable = false }, directories = new Set()) {
    const owner = { uid, gid };
    const root = rootPrefix.slice(1);
    const modeOf = (type, path, own) => modeBelow(root, type, path, own, groupWritable);
    const above = root.slice(0, root.lastIndexOf('/') + 1);
    function* parentsOf(path) {
        // What is above the root prefix is the base's.
        for (let slash = path.indexOf('/', above.length); slash !== -1; slash = path.indexOf('/', slash + 1)) {
            yield* directory(path.slice(0, slash));
        }
    }
    function* directory(path, mode = reproducible_directoryMode) {
        if (directories.has(path))
            return;
        directories.add(path);
        yield { type: 'directory', path, mode: modeOf('directory', path, mode), ...owner };
    }
    const place = (path) => `${prefix.slice(1)}/${path}`;
    for await (const entry of entries) {
        const path = place(entry.path);
        yield* parentsOf(path);
        if (entry.type === 'directory')
            yield* directory(path, entry.mode);
        else if (entry.type === 'hardlink')
            yield { ...entry, ...owner, path, target: place(entry.target) };
        else if (entry.type === 'file')
            yield { ...entry, ...owner, path, mode: modeOf('file', path, entry.mode) };
        else
            yield { ...entry, ...owner, path };
    }
}

;// CONCATENATED MODULE: ./src/layers/worker.ts





// A thread that packs layers: takes a job, answers with the packed layer or with what went wrong, takes the next.
external_node_worker_threads_namespaceObject.parentPort?.on('message', (job) => {
    runJob(job, compilerOf(job)).then((packed) => {
        answer({ packed });
    }, fail);
});
/** Serves one job after the other, and ends with the thread. */
let compiler;
function compilerOf({ compiler: wanted }) {
    if (!wanted)
        return undefined;
    if (wanted.executable !== compiler?.executable) {
        compiler?.close();
        compiler = new Compilers(wanted.executable, wanted.processes);
    }
    compiler.widen(wanted.processes);
    return compiler;
}
function fail(thrown) {
    const error = diskError(thrown) ?? thrown;
    if (error instanceof errors_UserError) {
        const { message, input, file, line } = error;
        answer({ userError: { message, input, file, line } });
    }
    else {
        const { message, stack } = error instanceof Error ? error : new Error(String(error));
        answer({ bug: { message, stack } });
    }
}
function answer(message) {
    external_node_worker_threads_namespaceObject.parentPort?.postMessage(message);
}

