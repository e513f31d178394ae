import { pack, type Header, type Pack } from 'tar-stream'
import { fixedTime } from './reproducible.ts'
import type { LayerEntry } from './types.ts'

type HeaderArgument = Partial<Header> & Pick<Header, 'name'>

/**
 * Entries as a tar stream. The stream asks for an entry when it has room for it, so that memory does not grow with the
 * entries; an error of theirs is the stream's.
 */
export function tarStream(entries: AsyncIterable<LayerEntry> | Iterable<LayerEntry>): Pack {
  const tar = pack()
  write(tar, entries).catch((error: unknown) => {
    tar.destroy(error as Error) // what is thrown here is an Error
  })
  return tar
}

async function write(tar: Pack, entries: AsyncIterable<LayerEntry> | Iterable<LayerEntry>): Promise<void> {
  for await (const entry of entries) {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const sink = tar.entry(headerOf(entry), (error) => {
      if (error) reject(error)
      else resolve(undefined)
    })
    if (entry.type === 'file') await fill(sink, entry.content)
    await promise
  }
  tar.finalize()
}

async function fill(
  sink: ReturnType<Pack['entry']>,
  content: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  if (content instanceof Uint8Array) {
    sink.write(content)
  } else {
    for await (const chunk of content) {
      if (!sink.write(chunk)) await new Promise<void>((resolve) => sink.once('drain', resolve))
    }
  }
  sink.end(null)
}

function headerOf(entry: LayerEntry): HeaderArgument {
  const common = {
    name: entry.path,
    uid: entry.uid,
    gid: entry.gid,
    uname: '',
    gname: '',
    mtime: new Date(fixedTime * 1000),
  }
  switch (entry.type) {
    case 'directory':
      return { ...common, type: 'directory', name: `${entry.path}/`, mode: entry.mode }
    case 'file':
      return {
        ...common,
        type: 'file',
        mode: entry.mode,
        size: entry.size,
        mtime: new Date((entry.mtime ?? fixedTime) * 1000),
      }
    case 'symlink':
      return { ...common, type: 'symlink', mode: 0o777, linkname: entry.target }
    case 'hardlink':
      return { ...common, type: 'link', mode: 0o644, linkname: entry.target }
  }
}
