export const id = 430;
export const ids = [430];
export const modules = {

/***/ 9430:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  removeRemains: () => (/* binding */ removeRemains)
});

// UNUSED EXPORTS: EngineSession, executorInput

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:events"
var external_node_events_ = __webpack_require__(8474);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
// EXTERNAL MODULE: ./node_modules/tar-stream/index.js
var tar_stream = __webpack_require__(6118);
// EXTERNAL MODULE: ./src/common/errors.ts
var errors = __webpack_require__(1922);
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
class zstd_frames_ZstdFrames extends (/* unused pure expression or super */ null && (Transform)) {
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
    const tar = extract();
    const { promise: ended, resolve, reject } = Promise.withResolvers();
    const hashed = diffId === undefined ? [] : [heldAgainst(diffId)];
    pipeline([await open(), ...decoder(mediaType), ...hashed, tar], (error) => {
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
    const hash = createHash('sha256');
    return new Transform({
        transform(chunk, _encoding, done) {
            hash.update(chunk);
            done(null, chunk);
        },
        flush(done) {
            const digest = `sha256:${hash.digest('hex')}`;
            if (digest === diffId)
                done();
            else
                done(new UserError(`a layer is ${digest} when it is unpacked, and the config says ${diffId}`, {
                    at: { input: 'base-image' },
                    advice: 'No engine would run such an image. Have it pushed again, or use another.',
                }));
        },
    });
}
/** Says of an entry what is not there as well. @throws UserError for what could not be unpacked anywhere */
function checked(header) {
    const { name, type, linkname, size, mtime } = header;
    const refuse = (what) => new UserError(`a layer of the image holds '${foreignText(name)}', ${what}`, {
        at: { input: 'base-image' },
        advice: 'No engine would run such an image. Use another.',
    });
    const unusable = unusableName(name);
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
        return [createGunzip(decoding)];
    if (mediaType.endsWith('+zstd'))
        return [new ZstdFrames(), createZstdDecompress(decoding)];
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
    return posix.join('/', path).replace(/\/$/, '').slice(1);
}

// EXTERNAL MODULE: ./src/common/cancellation.ts
var cancellation = __webpack_require__(3598);
// EXTERNAL MODULE: ./src/common/foreign.ts
var foreign = __webpack_require__(6821);
// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
;// CONCATENATED MODULE: ./src/outputs/engine.ts



/**
 * The command line of an engine that may be there or not.
 * @param environment where PATH is, and what the engine's command line gets
 */
function engineCommand(program, environment) {
    const options = { env: environment, stdio: 'pipe' };
    const start = (args) => (0,external_node_child_process_.spawn)(program, args, options);
    const pipe = ['-c', 'set -o pipefail; "$@" | cat', 'bash', program];
    return {
        program,
        start,
        startPiped: (args) => (0,external_node_child_process_.spawn)('bash', [...pipe, ...args], options),
        run: (args, feed) => execute(start(args), feed),
    };
}
/**
 * Finds the machine's container engine: the one that the variable `CONTAINER_ENGINE` names, else docker, else podman.
 * Which daemon docker speaks to is for its own variables (`DOCKER_HOST`, `DOCKER_CONTEXT`) to say.
 * @throws UserError when there is none
 */
async function engine_findEngine(environment) {
    const chosen = environment['CONTAINER_ENGINE'];
    const programs = chosen ? [chosen] : ['docker', 'podman'];
    for (const program of programs) {
        const engine = engineCommand(program, environment);
        try {
            await engine.run(['--version']);
            return engine;
        }
        catch (error) {
            if (!isMissing(error))
                throw cannotStart(program, error);
        }
    }
    throw new UserError(chosen
        ? `there is no container engine '${chosen}', which the variable CONTAINER_ENGINE names`
        : 'there is no container engine on this machine: neither docker nor podman is on PATH', { at: { input: 'load' }, advice: "Install one, or have the image pushed or written with 'output'." });
}
/** Why not by @actions/exec: see `command.ts`. */
async function execute(child, feed = endAtOnce) {
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
        child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
    }
    child.stdin.on('error', () => undefined); // `feed` is told of it as well
    const [closed, fed] = await Promise.allSettled([
        (0,external_node_events_.once)(child, 'close'),
        feed(child.stdin).catch((error) => {
            // A command that stops reading is judged by how it ends.
            if (isBrokenPipe(error))
                return;
            child.kill();
            throw error;
        }),
    ]);
    if (closed.status === 'rejected')
        throw closed.reason;
    if (fed.status === 'rejected')
        throw fed.reason;
    return { ok: closed.value[0] === 0, ...output };
}
function endAtOnce(stdin) {
    stdin.end();
    return Promise.resolve();
}
/** Whether a program could not be started since there is none of its name. */
function isMissing(error) {
    return codeOf(error) === 'ENOENT';
}
/** What a pipe says whose reader is gone, on the systems that runners have. */
function isBrokenPipe(error) {
    return ['EPIPE', 'EOF', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(codeOf(error) ?? '');
}
function codeOf(error) {
    if (typeof error !== 'object' || error === null || !('code' in error))
        return undefined;
    return typeof error.code === 'string' ? error.code : undefined;
}
function cannotStart(program, error) {
    return new UserError(`'${program}' cannot be started: ${messageOf(error)}`, {
        at: { input: 'load' },
        cause: error,
    });
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(6466);
// EXTERNAL MODULE: ./src/common/disk.ts
var disk = __webpack_require__(7144);
// EXTERNAL MODULE: ./src/common/scratch.ts
var scratch = __webpack_require__(8623);
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
    return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
/** The 64 hex digits of a digest. */
function digest_hexOf(digest) {
    return digest.slice('sha256:'.length);
}

;// CONCATENATED MODULE: ./src/oci/json-blob.ts

/** JSON without white space, keys in the order of the object: the same bytes for the same content. */
function json_blob_jsonBlob(mediaType, content) {
    const bytes = Buffer.from(JSON.stringify(content));
    return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes };
}
/** Annotations in the order of their keys, however they were put together. */
function json_blob_sorted(entries) {
    return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}

;// CONCATENATED MODULE: ./src/oci/media-types.ts
/** The kinds of documents and layers, as OCI names them (image-spec, media-types.md) and as Docker does (image manifest version 2, schema 2). */
const media_types_indexMediaType = 'application/vnd.oci.image.index.v1+json';
const manifestMediaType = 'application/vnd.oci.image.manifest.v1+json';
const configMediaType = 'application/vnd.oci.image.config.v1+json';
/** Layers by how they are compressed. */
const layerMediaTypes = {
    none: 'application/vnd.oci.image.layer.v1.tar',
    gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
    zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
};
const media_types_indexMediaTypes = [
    media_types_indexMediaType,
    'application/vnd.docker.distribution.manifest.list.v2+json',
];
const media_types_imageMediaTypes = [
    manifestMediaType,
    'application/vnd.docker.distribution.manifest.v2+json',
];
/** Images and indexes. */
const media_types_manifestMediaTypes = [
    media_types_indexMediaType,
    manifestMediaType,
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.docker.distribution.manifest.v2+json',
];
const media_types_configMediaTypes = [
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

;// CONCATENATED MODULE: ./src/image/image-index.ts


/**
 * Puts the images of several platforms under one digest.
 * @param images in the order of the index, one for each platform: a client takes the first that suits it
 * @param annotations of the index; `ofDescriptors` are of what it says of each manifest
 */
function assembleIndex(images, annotations, ofDescriptors = {}) {
    const entries = images.map(({ manifest, platform }) => ({
        ...image_index_withAnnotations(manifest.descriptor, ofDescriptors),
        platform: image_index_descriptorPlatform(platform),
    }));
    return { index: image_index_indexOf(entries, annotations), images };
}
/** The index of some manifests, in the order given. */
function image_index_indexOf(manifests, annotations = {}) {
    return jsonBlob(indexMediaType, {
        schemaVersion: 2,
        mediaType: indexMediaType,
        manifests: manifests.map(canonical),
        ...(Object.keys(annotations).length > 0 && { annotations: sorted(annotations) }),
    });
}
/** A platform as an index names it; Docker says of each arm64 that it is v8. */
function image_index_descriptorPlatform({ os, architecture, variant = architecture === 'arm64' ? 'v8' : undefined, }) {
    return { os, architecture, ...(variant !== undefined && { variant }) };
}
/** A descriptor with more annotations; those that it has itself give way. */
function image_index_withAnnotations(descriptor, more) {
    if (Object.keys(more).length === 0)
        return descriptor;
    return { ...descriptor, annotations: { ...descriptor.annotations, ...more } };
}
/** What is known of a manifest, with its keys always in the same order. */
function canonical({ mediaType, digest, size, annotations, platform }) {
    return {
        mediaType,
        digest,
        size,
        ...(annotations && { annotations: sorted(annotations) }),
        ...(platform && { platform }),
    };
}

// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 7 modules
var lib_core = __webpack_require__(3838);
;// CONCATENATED MODULE: ./src/registry/auth-config.ts


/** Docker's name for its hub in `auths` and to helpers; every other registry goes by its host. */
const auth_config_hubKey = 'https://index.docker.io/v1/';
/**
 * Rules of docker/cli (cli/config/configfile) and containers/image (containers-auth.json.5).
 * @param from where the text is from, for the errors, which never quote the text
 * @throws UserError when it is malformed
 */
function auth_config_parseAuthConfig(text, from) {
    const malformed = (what) => new UserError(what, { at: { file: from }, advice: 'Log in again, or mend or remove it.' });
    let config;
    try {
        config = JSON.parse(text);
    }
    catch {
        throw malformed('it is not JSON');
    }
    if (!isRecord(config))
        throw malformed('it is not a JSON object');
    const { auths = {}, credHelpers = {}, credsStore } = config;
    if (!isRecord(auths) || !isRecord(credHelpers))
        throw malformed('auths or credHelpers is not an object');
    return {
        from,
        auths: new Map(Object.entries(auths).map(([key, entry]) => [key, isRecord(entry) ? entry : {}])),
        helpers: new Map(Object.entries(credHelpers).filter((entry) => typeof entry[1] === 'string')),
        ...(typeof credsStore === 'string' && credsStore !== '' && { store: credsStore }),
    };
}
/** The helper that is named for a registry alone. */
function auth_config_helperOf({ helpers }, registry) {
    return findByName(helpers, registry);
}
/**
 * The credential that stands in `auths`. A key may be a namespace, `quay.io/org-a`, as podman has it: the longest that
 * holds the repository counts.
 * @throws UserError when the entry is malformed
 */
function auth_config_storedCredential({ auths, from }, { registry, repository }) {
    const parts = `${registry}/${repository}`.split('/');
    for (let length = parts.length; length > 0; length--) {
        const name = parts.slice(0, length).join('/');
        const entry = findByName(auths, name);
        const credential = entry && credentialOfEntry(entry, name, from);
        if (credential)
            return credential;
    }
    return undefined;
}
/** Keys may be bare names, or addresses such as `https://ghcr.io/v2/`; the bare name has precedence. */
function findByName(entries, name) {
    const exact = entries.get(name === 'docker.io' ? auth_config_hubKey : name);
    if (exact !== undefined)
        return exact;
    for (const [key, value] of entries)
        if (nameOfKey(key) === name)
            return value;
    return undefined;
}
function nameOfKey(key) {
    return key
        .replace(/^https?:\/\//, '')
        .replace(/\/(v[12]\/?)?$/, '')
        .replace(/^[^/]*/, (host) => host.toLowerCase())
        .replace(/^(index|registry-1)\.docker\.io(?=\/|$)/, 'docker.io');
}
function credentialOfEntry(entry, name, from) {
    const { identitytoken, auth, username, password } = entry;
    if (typeof identitytoken === 'string' && identitytoken !== '') {
        return { type: 'identity-token', token: identitytoken };
    }
    if (typeof auth === 'string' && auth !== '') {
        const decoded = Buffer.from(auth, 'base64').toString();
        const colon = decoded.indexOf(':');
        if (colon < 1) {
            throw new UserError(`the auth of ${name} is not the base64 of user:password`, {
                at: { file: from },
                advice: `Log in to ${name} again.`,
            });
        }
        core.setSecret(auth);
        // Docker strips the padding that old versions of it wrote.
        const secret = decoded.slice(colon + 1).replace(/\0+$/, '');
        return { type: 'password', username: decoded.slice(0, colon), password: secret };
    }
    if (typeof username === 'string' && typeof password === 'string' && username !== '' && password !== '') {
        return { type: 'password', username, password };
    }
    return undefined;
}
function isRecord(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
;// CONCATENATED MODULE: ./src/registry/auth-files.ts



function auth_files_authFiles(environment) {
    const home = environment['HOME'] || homedir();
    const docker = environment['DOCKER_CONFIG'] || join(home, '.docker');
    const buildx = environment['BUILDX_CONFIG'] || join(docker, 'buildx');
    const others = [join(docker, 'config.json'), ...podmanFiles(environment, home)];
    let scoped;
    return {
        async for(access) {
            scoped ??= findScoped(join(buildx, 'config'));
            return [...choose(await scoped, access), ...others];
        },
    };
}
function podmanFiles(environment, home) {
    const { REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR, XDG_CONFIG_HOME } = environment;
    // Who names a file wants no other.
    if (REGISTRY_AUTH_FILE)
        return [REGISTRY_AUTH_FILE];
    const runtime = XDG_RUNTIME_DIR
        ? join(XDG_RUNTIME_DIR, 'containers')
        : process.platform === 'linux' && join('/run', 'containers', String(process.getuid?.()));
    const config = join(XDG_CONFIG_HOME || join(home, '.config'), 'containers');
    return [...(runtime ? [runtime] : []), config].map((directory) => join(directory, 'auth.json'));
}
async function findScoped(root) {
    // Nearly nobody has it.
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries
        .filter((entry) => entry.name === 'config.json' && !entry.isDirectory())
        .map((entry) => scopedConfig(root, join(entry.parentPath, entry.name)));
}
function scopedConfig(root, file) {
    const [name = '', actions = ''] = relative(root, dirname(file)).split(sep).join('/').split('@');
    const [host = '', ...repository] = name.split('/');
    return {
        file,
        registry: host === 'registry-1.docker.io' ? 'docker.io' : host,
        repository: repository.filter((part) => part !== '').join('/'),
        actions: actions.split(',').filter((action) => action !== ''),
    };
}
/** Those that fit, the most precise first: as buildx chooses (util/dockerutil/dockerconfig/configprovider.go). */
function choose(configs, access) {
    const actions = access.writes ? ['pull', 'push'] : ['pull'];
    const precision = (config) => (config.repository ? 10 : 0) + 2 * config.actions.length + Number(config.actions.includes('push'));
    return configs
        .filter((config) => config.registry === access.registry &&
        (config.repository === '' || config.repository === access.repository) &&
        config.actions.every((action) => actions.includes(action)))
        .sort((one, other) => precision(other) - precision(one))
        .map(({ file }) => file);
}

;// CONCATENATED MODULE: ./src/registry/credential-helper.ts




/**
 * Asks `docker-credential-<helper> get` for a server's credential: the server's address on stdin, JSON on stdout
 * (docker/docker-credential-helpers, "Development"). The user `<token>` means that the secret is an identity token.
 * @param options.environment where PATH is, and what the helper gets
 * @param options.required whether a helper that is not installed is an error, or as good as one that knows nothing
 * @returns undefined when the helper has nothing for the server
 * @throws UserError when the helper fails; its answer is quoted only then, when it holds a message and no secret
 */
async function credential_helper_askHelper(helper, server, options) {
    const program = `docker-credential-${helper}`;
    if (!/^[\w.-]+$/.test(helper))
        throw new UserError(`'${helper}' is not the name of a credential helper`);
    const answer = await run(program, server, options.environment);
    if (answer === 'missing') {
        const what = `Docker's configuration names ${program} for ${server}, which is not on PATH`;
        if (options.required)
            throw new UserError(what, { advice: 'Install it, or log in without it.' });
        core.warning(`${what}: going on without it`);
        return undefined;
    }
    if (answer.status !== 0) {
        if (/credentials not found/i.test(answer.stdout + answer.stderr))
            return undefined;
        throw new UserError(`${program} failed for ${server}: ${foreignText(answer.stderr) || `exit ${answer.status}`}`, {
            advice: `Log in to ${server} again.`,
        });
    }
    return parseAnswer(answer.stdout, program);
}
function parseAnswer(stdout, program) {
    let answer;
    try {
        answer = JSON.parse(stdout); // each field is checked below
    }
    catch {
        throw new UserError(`${program} answered something that is not JSON`);
    }
    const { Username: username, Secret: secret } = answer ?? {};
    if (typeof username !== 'string' || typeof secret !== 'string' || secret === '')
        return undefined;
    return username === '<token>'
        ? { type: 'identity-token', token: secret }
        : { type: 'password', username, password: secret };
}
/** Why not by @actions/exec: see `command.ts`. */
async function run(program, input, env) {
    return new Promise((resolve, reject) => {
        const child = spawn(program, ['get'], { stdio: 'pipe', env });
        let [stdout, stderr] = ['', ''];
        child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
        child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
        child.on('error', (error) => {
            if (error.code === 'ENOENT')
                resolve('missing');
            else
                reject(new UserError(`${program} cannot be started (${messageOf(error)})`, { cause: error }));
        });
        child.on('close', (status) => {
            resolve({ status: status ?? -1, stdout, stderr });
        });
        // A helper that ends without reading its input is judged by how it ends.
        child.stdin.on('error', () => undefined);
        child.stdin.end(input);
    });
}

;// CONCATENATED MODULE: ./src/registry/credentials.ts







/**
 * The credentials that `docker login`, docker/login-action and podman left on this machine: those of the variable
 * `DOCKER_AUTH_CONFIG` first, then those of files. A file is read once, a helper asked once for a registry. Every secret
 * found is masked in the log before it is returned.
 * @throws UserError when a file is malformed or a credential helper fails
 */
function credentials_machineCredentials(environment = process.env) {
    const files = authFiles(environment);
    const read = credentials_once(readConfig);
    const ask = credentials_once((helper, server, required) => askHelper(helper, server, { required, environment }));
    const fromVariable = credentials_once(() => configOfVariable(environment['DOCKER_AUTH_CONFIG']));
    return async (access) => {
        const variable = fromVariable();
        const given = variable && tolerated(() => storedCredential(variable, access));
        if (given)
            return mask(given);
        for (const file of await files.for(access)) {
            const config = await read(file);
            const credential = config && (await credentialOf(config, access, ask));
            if (credential)
                return mask(credential);
        }
        return undefined;
    };
}
async function credentialOf(config, access, ask) {
    const server = access.registry === 'docker.io' ? hubKey : access.registry;
    const ownHelper = helperOf(config, access.registry);
    if (ownHelper)
        return ask(ownHelper, server, true);
    const stored = config.store && (await ask(config.store, server, false));
    return stored || storedCredential(config, access);
}
/** Docker reads `auths` of it, and goes on without it when it cannot. */
function configOfVariable(text) {
    return text ? tolerated(() => parseAuthConfig(text, 'DOCKER_AUTH_CONFIG')) : undefined;
}
function tolerated(work) {
    try {
        return work();
    }
    catch (error) {
        if (!(error instanceof UserError))
            throw error;
        core.warning(error.message);
        return undefined;
    }
}
async function readConfig(file) {
    let text;
    try {
        text = await readFile(file, 'utf8');
    }
    catch (error) {
        const { code } = error; // what the file system throws
        if (code === 'ENOENT' || code === 'ENOTDIR')
            return undefined;
        throw new UserError(`the registry credentials cannot be read (${messageOf(error)})`, { at: { file } });
    }
    return parseAuthConfig(text, file);
}
/** Remembers what a function answered to its arguments. */
function credentials_once(answer) {
    const known = new Map();
    return (...args) => {
        const key = JSON.stringify(args);
        if (!known.has(key))
            known.set(key, answer(...args));
        return known.get(key); // put there above
    };
}
/** Hides a credential in the log: the secret, and the base64 in which Basic authentication carries it. */
function mask(credential) {
    if (credential.type === 'identity-token') {
        core.setSecret(credential.token);
    }
    else if (credential.password !== '') {
        core.setSecret(credential.password);
        core.setSecret(basicOf(credential));
    }
    return credential;
}

// EXTERNAL MODULE: ./src/common/http.ts + 1 modules
var http = __webpack_require__(1364);
;// CONCATENATED MODULE: ./src/registry/challenge.ts
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameterPattern = new RegExp(`(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`, 'y');
const schemePattern = new RegExp(`(${token})(?=[\\s,]|$)`, 'y');
/**
 * Parses `WWW-Authenticate`, which may hold several challenges (RFC 9110, 11.6.1). Names of schemes and parameters
 * come out in lower case. What follows a syntax error is left out.
 */
function challenge_parseChallenges(header) {
    const challenges = [];
    let position = 0;
    const take = (pattern) => {
        pattern.lastIndex = position;
        const match = pattern.exec(header);
        if (match)
            position = pattern.lastIndex;
        return match;
    };
    const separators = /[\s,]+/y;
    while (position < header.length) {
        take(separators);
        const parameter = take(parameterPattern);
        if (parameter) {
            const [, name = '', quoted, plain = ''] = parameter;
            const current = challenges.at(-1);
            if (current)
                current.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain;
            continue;
        }
        const scheme = take(schemePattern);
        if (!scheme)
            break;
        challenges.push({ scheme: scheme[0].toLowerCase(), parameters: {} });
    }
    return challenges;
}

;// CONCATENATED MODULE: ./src/common/fork.ts

/**
 * Whether the workflow runs for a pull request of a fork: its token may only read, whatever `permissions` says, and it has no
 * secrets (docs.github.com, "Events that trigger workflows", `pull_request`). `pull_request_target` runs for the base.
 */
function fork_isForksPullRequest(environment = process.env) {
    const { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path } = environment;
    if (!path || !/^pull_request(_review|_review_comment)?$/.test(name ?? ''))
        return false;
    try {
        const event = JSON.parse(readFileSync(path, 'utf8')); // GitHub's own file; fields may be missing
        const { head, base } = event.pull_request ?? {};
        const target = base?.repo?.full_name;
        // A fork that was deleted since has no name.
        return target !== undefined && head?.repo?.full_name !== target;
    }
    catch {
        return false;
    }
}

;// CONCATENATED MODULE: ./src/registry/advice.ts

/**
 * What a user can do about a registry's refusal.
 * @param said the registry's own words
 */
function advice_adviceFor({ registry, writes }, status, said) {
    if (writes && /quota|exceed|storage limit|insufficient storage/i.test(said.message ?? '')) {
        return `${registry} has no more room for this repository: delete old images there, or have the limit raised.`;
    }
    if (writes && (said.code === 'MANIFEST_BLOB_UNKNOWN' || said.code === 'BLOB_UNKNOWN')) {
        return 'The registry no longer has a part of the image that it had a moment ago, as when it collects garbage: run the job again.';
    }
    switch (status) {
        case 401:
        case 403:
            return writes
                ? toBeAllowed(registry, said.message ?? '')
                : `${login(registry)} if it is private, and check the name.`;
        case 404:
            return writes
                ? 'Check the name; some registries want the repository to be made beforehand.'
                : 'Check the name, and the tag or digest.';
        case 413:
            return 'The registry, or a proxy before it, limits the size of uploads: raise that limit.';
        case 429:
            return writes ? 'Try again later.' : `${login(registry)}: users have higher limits than the anonymous.`;
        default:
            if (status < 400)
                return advice_adviceForStranger(registry);
            return status >= 500 ? `${registry} has a problem of its own: try again later.` : 'Check the name.';
    }
}
/** What to do about an answer that no registry gives. */
function advice_adviceForStranger(registry) {
    return `A proxy, or a network that wants a login, may have answered in the place of ${registry}: check how it is reached from here.`;
}
const login = (registry) => `Log in to ${registry} with docker/login-action in an earlier step`;
function toBeAllowed(registry, message) {
    if (isForksPullRequest()) {
        return ('This run is for a pull request of a fork, whose token may only read and which has no secrets: ' +
            'make the image there without pushing it, with `push: auto`.');
    }
    if (registry !== 'ghcr.io')
        return `${login(registry)}, as a user that may push to it.`;
    // A package has settings of its own, beside the permissions of the job's token.
    if (/write_package/.test(message)) {
        const repository = process.env['GITHUB_REPOSITORY'] ?? 'this repository';
        return (`The package does not let ${repository} write it, as when it was first pushed by hand or from elsewhere: ` +
            "in the package's settings, under Manage Actions access, add the repository with the role Write. " +
            'The job needs `permissions: packages: write` besides.');
    }
    return `${login(registry)}, with \`permissions: packages: write\` in the job.`;
}

;// CONCATENATED MODULE: ./src/registry/failure.ts




/** A registry refused something, or could not be spoken to. */
class failure_RegistryError extends errors/* UserError */.y {
    status;
    /** The registry's own error code, `DENIED` (OCI distribution-spec, "Error Codes"). */
    code;
    /** All that it said, on one line: `403 DENIED: no such permission`. */
    answer;
    constructor(what, options = {}) {
        super(what, options);
        this.status = options.status;
        this.code = options.code;
        this.answer = options.answer;
    }
}
/** The error for an answer that is not what was hoped for; reads the answer's body. */
async function failure_refusal(undertaking, response) {
    const body = await readBody(response, 64 * 1024).catch(() => Buffer.alloc(0));
    return errorOf(undertaking, response.url, response.status, body.toString());
}
/** Turns an HttpFailure into the error of the undertaking; anything else is returned as it is. */
function failure_explained(undertaking, error) {
    if (!(error instanceof HttpFailure))
        return error;
    if (error.status !== undefined)
        return errorOf(undertaking, error.url, error.status, error.answer ?? '', error);
    return new failure_RegistryError(`cannot ${undertaking.what}: ${error.message}`, {
        at: { url: failure_shown(error.url) },
        advice: error.advice ?? `Check that ${undertaking.registry} is spelled right and can be reached from here.`,
        cause: error,
    });
}
function errorOf(undertaking, url, status, body, cause) {
    const { code, message } = parseErrors(body);
    const reason = [code, message].filter(Boolean).join(': ');
    const answer = `${status}${reason ? ` ${reason}` : ''}`;
    return new failure_RegistryError(`cannot ${undertaking.what}: the registry answered ${answer}`, {
        at: { url: failure_shown(url) },
        advice: undertaking.advice?.(status, code) ?? adviceFor(undertaking, status, { message, code }),
        status,
        cause,
        answer,
        ...(code && { code }),
    });
}
/** The first error of `{"errors": [{code, message, detail}]}`, which is what a registry's failures look like. */
function parseErrors(body) {
    try {
        const { errors } = JSON.parse(body);
        const first = errors?.[0];
        return {
            ...(typeof first?.code === 'string' && { code: foreignText(first.code) }),
            ...(typeof first?.message === 'string' && { message: foreignText(first.message) }),
        };
    }
    catch {
        return {};
    }
}
/** An address for a message: signatures and upload states stand in the query. */
function failure_shown(url) {
    return `${url.origin}${url.pathname}`;
}

;// CONCATENATED MODULE: ./src/registry/token.ts





/** Of an answer, in bytes. */
const sizeLimit = (/* unused pure expression or super */ null && (1024 * 1024));
/**
 * Buys a token from the service that a registry names: by GET with the password or with nothing, or by POST with an
 * identity token (distribution's docs, spec/auth/token.md and spec/auth/oauth.md).
 * @throws RegistryError when the service is not to be trusted, or refuses
 */
async function token_fetchToken(wanted) {
    const { registry, scopes, credential } = wanted;
    const undertaking = {
        what: `get a token for ${registry}${credential ? '' : ' (not logged in)'}`,
        registry,
        writes: scopes.some((scope) => scope.endsWith('push')),
    };
    try {
        const response = await ask(wanted, realmOf(wanted));
        if (response.status !== 200)
            throw await refusal(undertaking, response);
        return await parseToken(response, undertaking);
    }
    catch (error) {
        throw explained(undertaking, error);
    }
}
async function ask({ asked, scopes, credential }, realm) {
    const { service } = asked.parameters;
    if (credential?.type === 'identity-token') {
        const form = new URLSearchParams({
            grant_type: 'refresh_token',
            client_id: 'micromamba-image-action',
            refresh_token: credential.token,
            scope: scopes.join(' '),
            ...(service !== undefined && { service }),
        });
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        return request({ method: 'POST', url: realm, headers, body: form.toString(), read: sizeLimit });
    }
    const url = new URL(realm);
    if (service !== undefined)
        url.searchParams.set('service', service);
    for (const scope of scopes)
        url.searchParams.append('scope', scope);
    const headers = credential ? { authorization: `Basic ${basicOf(credential)}` } : {};
    return request({ url, headers, read: sizeLimit });
}
/** The registry chooses who sees the password: over https only, unless all of it happens on this machine. */
function realmOf({ registry, base, asked }) {
    const text = asked.parameters['realm'] ?? '';
    const realm = URL.canParse(text) ? new URL(text) : undefined;
    const isTrusted = realm?.protocol === 'https:' ||
        (realm?.protocol === 'http:' && isLoopback(realm.hostname) && isLoopback(base.hostname));
    if (!realm || !isTrusted) {
        throw new RegistryError(`${registry} wants tokens from '${text}', which is not an https address`, {
            at: { url: base.href },
            advice: 'No credentials were sent. Tell who runs the registry.',
        });
    }
    return realm;
}
async function parseToken(response, undertaking) {
    let answer;
    try {
        answer = JSON.parse((await readBody(response)).toString()); // each field is checked below
    }
    catch {
        answer = null;
    }
    // Some give both, and leave one of them empty.
    const value = answer?.token || answer?.access_token;
    if (typeof value !== 'string' || value === '') {
        const oddity = oddityOf(response);
        throw new RegistryError(`cannot ${undertaking.what}: ${oddity ?? 'the answer holds no token'}`, {
            at: { url: `${response.url.origin}${response.url.pathname}` },
            advice: adviceForStranger(undertaking.registry),
        });
    }
    core.setSecret(value);
    // Services that give no lifetime, or a very short one, mean a minute.
    const seconds = typeof answer?.expires_in === 'number' ? Math.max(answer.expires_in, 60) : 60;
    return { value, expires: Date.now() + (seconds - 10) * 1000 };
}

;// CONCATENATED MODULE: ./src/registry/auth.ts





const auth_toPull = (repository) => `repository:${repository}:pull`;
const auth_toPush = (repository) => `repository:${repository}:pull,push`;
/** @param findCredential asked once the registry wants a login, and then once for each access */
function auth_createAuthorizer(registry, base, findCredential) {
    let challenge;
    let atRoot;
    /** A login that was to be shown unasked was refused, or cannot be had. */
    let isUnwanted = false;
    const found = new Map();
    const credential = (scopes) => {
        const access = accessOf(registry, scopes);
        const key = `${access.repository} ${access.writes}`;
        const known = found.get(key) ?? findCredential(access);
        found.set(key, known);
        return known;
    };
    let held = [];
    const bearer = async (scopes, asked) => {
        held = held.filter(({ expires }) => expires > Date.now());
        const known = held.find((candidate) => covers(candidate.scopes, scopes));
        if (known)
            return `Bearer ${(await known.token).value}`;
        // Held from now on, so that requests made at the same time share it.
        const token = credential(scopes).then((shown) => fetchToken({ registry, base, asked, scopes, credential: shown }));
        const fresh = { scopes, token, expires: Infinity };
        held.push(fresh);
        try {
            const { value, expires } = await token;
            fresh.expires = expires;
            return (fresh.authorization = `Bearer ${value}`);
        }
        catch (error) {
            held = held.filter((other) => other !== fresh);
            throw error;
        }
    };
    const basic = async (scopes) => {
        const known = await credential(scopes);
        return known?.type === 'password' ? `Basic ${basicOf(known)}` : undefined;
    };
    const authorize = async (scopes) => {
        if (!challenge)
            return undefined;
        return challenge.scheme === 'bearer' ? bearer(scopes, challenge) : basic(scopes);
    };
    return {
        authorize,
        async challenged(header, scopes, sent) {
            const wanted = chooseChallenge(header);
            if (!wanted)
                return false;
            challenge = wanted;
            if (wanted.scheme === 'basic')
                return (await basic(scopes)) !== sent;
            held = held.filter(({ authorization }) => authorization === undefined || authorization !== sent);
            return true;
        },
        async unasked(scopes, ask) {
            if (isUnwanted)
                return undefined;
            const known = await credential(scopes).catch((error) => {
                if (!(error instanceof UserError))
                    throw error;
                core.warning(error.message);
                isUnwanted = true;
                return undefined;
            });
            if (!known)
                return undefined;
            atRoot ??= ask();
            const asked = chooseChallenge(await atRoot);
            challenge ??= asked;
            return challenge ? authorize(scopes) : basic(scopes);
        },
        took(isRefused) {
            if (isRefused) {
                isUnwanted = true;
                challenge = undefined;
            }
            else
                challenge ??= { scheme: 'basic', parameters: {} };
        },
    };
}
function chooseChallenge(header) {
    const offered = parseChallenges(header);
    return (offered.find(({ scheme, parameters }) => scheme === 'bearer' && parameters['realm']) ??
        offered.find(({ scheme }) => scheme === 'basic'));
}
/** The repository that a request is about; of a mount, the one that is written. */
function accessOf(registry, [scope]) {
    const [, repository = '', actions = ''] = scope?.split(':') ?? [];
    return { registry, repository, writes: actions.includes('push') };
}
/** The right to push a repository includes that to pull it. */
function covers(held, wanted) {
    return wanted.every((scope) => held.includes(scope) || held.some((other) => other === scope.replace(/:pull$/, ':pull,push')));
}

;// CONCATENATED MODULE: ./src/registry/reference.ts



// The grammar is that of distribution/reference (reference.go, "Grammar").
const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const registryPattern = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?$`);
const repositoryPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
/**
 * Parses an image's name as Docker does: `debian:13` is `docker.io/library/debian:13`.
 * @param options.input the input that holds the text, for the error
 * @param options.defaultTag the tag of a name that has neither tag nor digest; without it such a name stays bare
 * @throws UserError when the text breaks the grammar, or its digest is no sha256
 */
function parseReference(text, options = {}) {
    const refuse = (what, advice = 'Write it like ghcr.io/owner/name:tag.') => new UserError(`'${text}' is not an image reference: ${what}`, { at: { input: options.input }, advice });
    const [named = '', digest, ...more] = text.split('@');
    if (more.length > 0)
        throw refuse('it has more than one @');
    if (digest !== undefined && !isDigest(digest)) {
        throw refuse(`'${digest}' is not a sha256 digest`, 'A digest is sha256: followed by 64 lower-case hexadecimal digits.');
    }
    const [name, tag] = splitTag(named);
    const slashed = slashedTag(name);
    if (tag === undefined && slashed !== undefined) {
        throw refuse(`'${slashed}' is not a tag, for it has a slash`, `Write ${slashed.replace(/[^\w.-]+/g, '-')} instead.`);
    }
    if (tag !== undefined && !tagPattern.test(tag)) {
        throw refuse(`'${tag}' is not a tag`, 'A tag has up to 128 letters, digits, _, . and -, and starts with none of the last two.');
    }
    const { registry, repository } = splitRegistry(name);
    if (!registryPattern.test(registry) || !URL.canParse(`https://${registry}`))
        throw refuse(`'${registry}' is not a registry's host`);
    if (repository !== repository.toLowerCase()) {
        throw refuse(`the repository '${repository}' has upper-case letters`, `Write it in lower case: ${repository.toLowerCase()}.`);
    }
    if (!repositoryPattern.test(repository))
        throw refuse(`'${repository}' is not a repository's name`);
    if (repository.length > 255)
        throw refuse('the repository is longer than 255 characters');
    if (/^[0-9a-f]{64}$/.test(name))
        throw refuse('it could be mistaken for the id of an image');
    const defaultTag = digest === undefined ? options.defaultTag : undefined;
    return {
        registry,
        repository,
        ...((tag ?? defaultTag) !== undefined && { tag: tag ?? defaultTag }),
        ...(digest !== undefined && { digest }),
    };
}
/** The full name, `docker.io/library/debian:13@sha256:…`; `parseReference` gives the same reference again. */
function reference_formatReference(reference) {
    const { tag, digest } = reference;
    return `${reference_formatRepository(reference)}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`;
}
/** Registry and repository, `docker.io/library/debian`. */
function reference_formatRepository(reference) {
    return `${reference.registry}/${reference.repository}`;
}
/** The address of a registry's API, less `/v2/…`: plain http on loopback, https everywhere else. */
function reference_registryUrl(registry) {
    const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
    const url = new URL(`https://${host}/`);
    return isLoopback(url.hostname) ? new URL(`http://${host}/`) : url;
}
/** A colon after the last slash starts a tag; one before it, a port. */
function splitTag(named) {
    const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
    return colon < 0 ? [named, undefined] : [named.slice(0, colon), named.slice(colon + 1)];
}
/** What follows a colon that stands for no port, as a branch's name does in `name:feature/x`. */
function slashedTag(name) {
    if (name.includes('//'))
        return undefined;
    const [, inFirst, inOther] = /^[^/.:[\]]+:(?!\d+\/)(.+)$|^[^/]+\/[^:]*:(.+)$/.exec(name) ?? [];
    return inFirst ?? inOther;
}
/** What stands before the first slash is a registry when it cannot be a path: with a dot, a port, or `localhost`. */
function splitRegistry(name) {
    const slash = name.indexOf('/');
    const first = name.slice(0, Math.max(slash, 0)).toLowerCase();
    const isHost = /[.:]/.test(first) || first === 'localhost';
    const registry = !isHost || first === 'index.docker.io' ? 'docker.io' : first;
    const path = isHost ? name.slice(slash + 1) : name;
    return { registry, repository: registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path };
}

;// CONCATENATED MODULE: ./src/registry/verify.ts


/**
 * Hands the chunks of `source` on, and fails at the end when they are not the bytes that the descriptor names. It
 * fails earlier when they are too many, which bounds what a hostile source can make us write.
 * @param where the source, for the error
 */
async function* verify_verified(descriptor, source, where) {
    const wrong = (what) => new UserError(`${what}, while ${descriptor.digest} is expected`, {
        at: { url: where },
        advice: 'The blob is damaged or was tampered with; nothing of it was used.',
    });
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of source) {
        size += chunk.byteLength;
        if (size > descriptor.size)
            throw wrong(`the blob is longer than ${descriptor.size} bytes`);
        hash.update(chunk);
        yield chunk;
    }
    if (size < descriptor.size)
        throw wrong(`the blob ends after ${size} of ${descriptor.size} bytes`);
    const digest = `sha256:${hash.digest('hex')}`;
    if (digest !== descriptor.digest)
        throw wrong(`the blob's digest is ${digest}`);
}

;// CONCATENATED MODULE: ./src/registry/download.ts







/**
 * Opens a blob. The stream resumes by itself where a connection breaks, and ends with an error when the bytes are not
 * those that the descriptor names: whoever reads it to its end has read the right ones.
 * @throws RegistryError when the registry does not have it, or does not give it away
 */
async function download_openBlob(transport, repository, descriptor) {
    const name = `${formatRepository(repository)}@${descriptor.digest}`;
    const undertaking = { what: `read ${name}`, registry: transport.registry, writes: false };
    const open = async (offset) => {
        try {
            const response = await transport.send({
                to: `/v2/${repository.repository}/blobs/${descriptor.digest}`,
                scopes: [toPull(repository.repository)],
                headers: offset > 0 ? { range: `bytes=${offset}-` } : {},
            });
            if (response.status === 200 || response.status === 206)
                return response;
            throw await refusal(undertaking, response);
        }
        catch (error) {
            throw explained(undertaking, error);
        }
    };
    const chunks = resumed(descriptor.size, await open(0), open, undertaking);
    return Readable.from(verified(descriptor, chunks, name), { objectMode: false });
}
/** Reads a small blob, whole: a config, say. */
async function download_readBlob(transport, repository, descriptor, limit = 16 * 1024 * 1024) {
    if (descriptor.size > limit) {
        throw new RegistryError(`a blob of ${descriptor.size} bytes is larger than what is expected there`, {
            at: { url: `${formatRepository(repository)}@${descriptor.digest}` },
        });
    }
    const chunks = [];
    for await (const chunk of await download_openBlob(transport, repository, descriptor))
        chunks.push(chunk);
    return Buffer.concat(chunks);
}
/** Tries in a row that bring nothing, after which a blob is given up. */
const fruitlessTries = 5;
/** The bytes of a blob over as many connections as that takes. */
async function* resumed(size, first, open, undertaking) {
    let response = first;
    let offset = 0;
    for (let attempt = 1;; attempt++) {
        const start = offset;
        // A server that knows no ranges sends the beginning again.
        let skip = response.status === 206 ? 0 : start;
        let failure = `the connection ended early`;
        const body = response.body[Symbol.asyncIterator]();
        try {
            for (;;) {
                let step;
                // Only this can be mended by another connection; an error that the reader throws in at `yield` cannot.
                try {
                    step = await body.next();
                }
                catch (error) {
                    failure = messageOf(error);
                    break;
                }
                if (step.done)
                    break;
                const chunk = step.value.subarray(skip);
                skip -= step.value.length - chunk.length;
                offset += chunk.length;
                if (chunk.length > 0)
                    yield chunk;
            }
        }
        finally {
            response.body.destroy();
        }
        if (offset >= size)
            return;
        if (offset > start)
            attempt = 1;
        if (attempt >= fruitlessTries)
            throw explained(undertaking, new HttpFailure(failure, response.url));
        await pause(attempt);
        response = await open(offset);
    }
}

;// CONCATENATED MODULE: ./src/registry/manifests.ts






/** What registries accept at most, by the recommendation of the OCI distribution-spec ("Pushing Manifests"). */
const manifests_sizeLimit = (/* unused pure expression or super */ null && (4 * 1024 * 1024));
/** @returns undefined when the registry has no such repository, tag or digest */
async function manifests_findManifest(transport, reference, accept = manifestMediaTypes) {
    const undertaking = reading(reference);
    const ask = async () => {
        const response = await transport.send({
            to: manifests_pathOf(reference),
            scopes: [toPull(reference.repository)],
            headers: { accept: accept.join(', ') },
            read: manifests_sizeLimit,
        });
        if (response.status === 404)
            return undefined;
        if (response.status !== 200)
            throw await refusal(undertaking, response);
        const bytes = await readBody(response);
        return { mediaType: mediaTypeOf(response.headers['content-type'], bytes), digest: digestOf(bytes), bytes };
    };
    const isAsked = (found) => found === undefined || reference.digest === undefined || found.digest === reference.digest;
    try {
        let found = await ask();
        // Where a server does not say how long an answer is, one that ends early looks whole.
        if (!isAsked(found))
            found = await ask();
        if (!isAsked(found)) {
            throw new RegistryError(`the registry answered with other bytes, whose digest is ${found?.digest}`, {
                at: { url: formatReference(reference) },
                advice: 'Do not trust it: the registry, or something between, changed the image.',
            });
        }
        return found;
    }
    catch (error) {
        throw explained(undertaking, error);
    }
}
/** @returns undefined when the registry has no such repository, tag or digest */
async function manifests_headManifest(transport, reference) {
    const undertaking = reading(reference);
    try {
        const response = await transport.send({
            method: 'HEAD',
            to: manifests_pathOf(reference),
            scopes: [toPull(reference.repository)],
            headers: { accept: manifestMediaTypes.join(', ') },
        });
        response.body.resume();
        if (response.status === 404)
            return undefined;
        const digest = response.headers['docker-content-digest'];
        const size = Number(response.headers['content-length']);
        const mediaType = response.headers['content-type'];
        const isThere = response.status === 200 && size > 0;
        if (isThere && typeof digest === 'string' && isDigest(digest) && mediaType) {
            return { mediaType: mediaType.replace(/;.*/, ''), digest, size };
        }
    }
    catch (error) {
        throw explained(undertaking, error);
    }
    // The headers are optional in the specification, and some know no HEAD: the manifest itself tells, or why it cannot be had.
    const manifest = await manifests_findManifest(transport, reference);
    return manifest && { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length };
}
function reading(reference) {
    return { what: `read ${formatReference(reference)}`, registry: reference.registry, writes: false };
}
function manifests_pathOf({ repository, tag, digest }) {
    return `/v2/${repository}/manifests/${digest ?? tag ?? 'latest'}`;
}
/** Some registries say `text/plain`; then the manifest says what it is. */
function mediaTypeOf(contentType, bytes) {
    const declared = contentType?.replace(/;.*/, '').trim() ?? '';
    if (manifestMediaTypes.includes(declared))
        return declared;
    try {
        const { mediaType } = JSON.parse(bytes.toString());
        return typeof mediaType === 'string' ? mediaType : declared;
    }
    catch {
        return declared;
    }
}

;// CONCATENATED MODULE: ./src/registry/session.ts

/**
 * The address of an upload session, relative to the one that was asked. Registries behind a proxy do not always know how they
 * are reached: where they name their own host, it is by the protocol and the port that were asked.
 * @returns undefined when there is none
 */
function session_sessionAddress(location, asked) {
    if (!location || !URL.canParse(location, asked.href))
        return undefined;
    const session = throughProxy(new URL(location, asked), asked);
    const isOwn = session.hostname === asked.hostname && session.protocol === asked.protocol;
    // Only a path of the registry's API: another one may be another server at the usual port.
    if (isOwn && session.port === '' && session.pathname.startsWith('/v2/'))
        session.port = asked.port;
    return session;
}

;// CONCATENATED MODULE: ./src/registry/push-permission.ts





/**
 * Begins an upload and takes it back: a token alone does not tell, since services give tokens for less than was asked, and
 * registries judge by their own rules. Nothing is left in the registry.
 */
async function push_permission_checkPush(transport, repository) {
    const undertaking = {
        what: `push to ${formatRepository(repository)}`,
        registry: repository.registry,
        writes: true,
    };
    const scopes = [toPush(repository.repository)];
    const headers = { 'content-length': 0 };
    try {
        const to = `/v2/${repository.repository}/blobs/uploads/`;
        const response = await transport.send({ method: 'POST', to, scopes, headers, retries: 1 });
        if (response.status !== 202)
            return judged(await refusal(undertaking, response));
        response.body.resume();
        const session = sessionAddress(response.headers.location, response.url);
        if (session)
            await cancel(() => transport.send({ method: 'DELETE', to: session, scopes, retries: 0 }));
        return { kind: 'writable' };
    }
    catch (error) {
        const reason = explained(undertaking, error);
        if (reason instanceof RegistryError)
            return judged(reason);
        throw reason;
    }
}
function judged(reason) {
    const { status } = reason;
    if (status === 401 || status === 403)
        return { kind: isForksPullRequest() ? 'read-only' : 'denied', reason };
    // Some say so of what may not be seen, of what is to be made beforehand, and of names that they do not allow.
    return { kind: status === 400 || status === 404 ? 'denied' : 'unknown', reason };
}
/** Sessions that nobody ends expire by themselves. */
async function cancel(send) {
    try {
        const response = await send();
        response.body.resume();
    }
    catch {
        // The right to push is known all the same.
    }
}

;// CONCATENATED MODULE: ./src/registry/put-manifest.ts








/** Puts a manifest under the reference's tag, or under its own digest when the reference has none. */
async function put_manifest_putManifest(transport, reference, { descriptor, bytes }) {
    const name = {
        registry: reference.registry,
        repository: reference.repository,
        ...(reference.tag !== undefined ? { tag: reference.tag } : { digest: descriptor.digest }),
    };
    const undertaking = {
        what: `push ${formatReference(name)}`,
        registry: name.registry,
        writes: true,
        advice: (status, code) => (isRefusedType(status, code) ? typesAdvice(descriptor, bytes) : undefined),
    };
    try {
        const response = await transport.send({
            method: 'PUT',
            to: pathOf(name),
            scopes: [toPush(name.repository)],
            headers: { 'content-type': descriptor.mediaType },
            body: bytes,
        });
        if (response.status < 200 || response.status > 299) {
            await settle(transport, name, descriptor.digest, await refusal(undertaking, response));
            return;
        }
        response.body.resume();
        // The header is optional in the specification, and anybody can answer 200: without it the registry is asked.
        const said = response.headers['docker-content-digest'];
        const stored = said?.toString() ?? (await headManifest(transport, name))?.digest;
        if (stored === descriptor.digest)
            return;
        if (said === undefined) {
            const there = stored === undefined ? 'nothing is there' : `it stands for ${stored}`;
            const { status } = response;
            throw new RegistryError(`cannot ${undertaking.what}: the answer was ${status}, and ${there}`, {
                at: { url: shown(response.url) },
                advice: adviceForStranger(name.registry),
            });
        }
        throw new RegistryError(`the registry stored ${foreignText(stored ?? '')} in place of ${descriptor.digest}`, {
            at: { url: formatReference(name) },
            advice: 'It may not be used, for it is not what was made. Tell who runs the registry.',
        });
    }
    catch (error) {
        // All tries may have arrived, and only the answers got lost.
        const failure = explained(undertaking, error);
        if (!(error instanceof HttpFailure) || !(failure instanceof RegistryError))
            throw failure;
        await settle(transport, name, descriptor.digest, failure);
    }
}
/**
 * Registries with immutable tags refuse to put one again, be it for the same manifest (ECR by 400 TAG_INVALID, Harbor by 412).
 * @returns when what was to be put is there already
 */
async function settle(transport, name, digest, refused) {
    if (refused.status === 401)
        throw refused;
    const there = await headManifest(transport, name).catch((error) => {
        if (error instanceof RegistryError)
            return undefined;
        throw error;
    });
    if (there?.digest === digest) {
        core.info(`${formatReference(name)} is ${digest} already: ${refused.answer ? `the registry answered ${refused.answer}` : 'an answer got lost'}`);
        return;
    }
    if (!there || !isImmutable(refused))
        throw refused;
    throw new RegistryError(`cannot push ${formatReference(name)}: it stands for ${there.digest}, and the registry does not let it move to ${digest}; ` +
        `it answered ${refused.answer}`, {
        advice: 'Push under another tag, or change what the registry has set for immutable tags.',
        status: refused.status,
        code: refused.code,
        answer: refused.answer,
        cause: refused,
    });
}
function isImmutable({ status, code, answer = '' }) {
    return (status === 409 ||
        status === 412 ||
        code === 'TAG_INVALID' ||
        /immutable|already exist|overwrit/i.test(answer));
}
function isRefusedType(status, code) {
    if (status === 415 || code === 'MANIFEST_INVALID' || code === 'UNSUPPORTED')
        return true;
    return code === undefined && (status === 400 || status === 422);
}
/** What was sent, for a registry that does not take all that the OCI image-spec knows. */
function typesAdvice({ mediaType }, bytes) {
    const { config, layers, manifests } = JSON.parse(Buffer.from(bytes).toString());
    const parts = [config, ...(layers ?? []), ...(manifests ?? [])].flatMap((part) => part?.mediaType ?? []);
    const types = [...new Set(parts)].map(foreignText);
    const sent = `It was sent as ${mediaType}${types.length > 0 ? ` with ${types.join(', ')}` : ''}, which not all registries take.`;
    return types.some((type) => type.endsWith('zstd'))
        ? `${sent} For one that knows no zstd set \`compression: gzip\`.`
        : `${sent} A newer version of the registry may.`;
}

;// CONCATENATED MODULE: ./src/registry/transport.ts




/** What registries say to the anonymous of what only users may see; some ask for no login then. */
const hiding = (/* unused pure expression or super */ null && ([400, 401, 403, 404]));
function transport_createTransport(registry, credentials) {
    const base = registryUrl(registry);
    const authorizer = createAuthorizer(registry, base, credentials);
    /** The first request learns how the registry authenticates; the others wait for that, and make no 401 each. */
    let first;
    const authorized = async (wanted, url) => {
        const { scopes, headers } = wanted;
        const attempt = (authorization) => request({ ...wanted, url, headers: { ...headers, ...(authorization && { authorization }) } });
        const authorization = await authorizer.authorize(scopes);
        const response = await attempt(authorization);
        // A host that the registry redirected to has no say in where credentials go.
        if (response.url.origin !== base.origin)
            return response;
        if (response.status === 401) {
            const challenge = response.headers['www-authenticate'] ?? '';
            const again = await orAbandon(response, authorizer.challenged(challenge, scopes, authorization));
            if (again) {
                response.body.resume();
                return attempt(await authorizer.authorize(scopes));
            }
        }
        if (authorization !== undefined || !hiding.includes(response.status))
            return response;
        const login = await orAbandon(response, authorizer.unasked(scopes, askRoot));
        if (login === undefined)
            return response;
        const second = await attempt(login);
        authorizer.took(second.status === 401);
        // That a login is refused, an outdated one, tells nothing of what is there.
        const counts = second.status === 401 && response.status === 404 ? response : second;
        (counts === response ? second : response).body.resume();
        return counts;
    };
    /** `/v2/` is where a registry asks for a login if it ever does (OCI distribution-spec, "Determining Support"). */
    const askRoot = async () => {
        try {
            const { status, headers, body } = await request({ url: new URL('/v2/', base), retries: 1 });
            body.resume();
            return (status === 401 && headers['www-authenticate']) || '';
        }
        catch (error) {
            if (error instanceof HttpFailure)
                return '';
            throw error;
        }
    };
    /** An upload session may lie on another host, which credentials are no business of. */
    const elsewhere = async (wanted, url) => {
        if (url.protocol !== 'https:' && !(isLoopback(url.hostname) && isLoopback(base.hostname))) {
            throw new RegistryError(`${registry} wants an upload at ${url.origin}, which is not an https address`, {
                advice: 'Nothing was sent there. Tell who runs the registry.',
            });
        }
        return request({ ...wanted, url });
    };
    return {
        registry,
        base,
        async send(wanted) {
            const url = new URL(wanted.to, base);
            if (url.origin !== base.origin)
                return elsewhere(wanted, url);
            if (first)
                await first;
            const response = authorized(wanted, url);
            first ??= response.catch(() => undefined);
            return response;
        },
    };
}
/** Waits for what decides over a response; nobody reads that when it fails. */
async function orAbandon(response, decision) {
    try {
        return await decision;
    }
    catch (error) {
        response.body.destroy();
        throw error;
    }
}

;// CONCATENATED MODULE: ./src/registry/upload.ts








const tries = 5;
/**
 * Brings a blob into a repository at the least cost: nothing when it is there, a mount when a repository of the same
 * registry has it, else one upload, which starts anew when it breaks.
 * @param open opens the blob's bytes, anew for each try
 * @param mountFrom a repository that may have the blob; a mount that is not to be had is no error
 * @throws RegistryError when the registry refuses; errors of the blob's own stream as they are
 */
async function upload_uploadBlob(transport, repository, descriptor, open, mountFrom) {
    if (await upload_hasBlob(transport, repository, descriptor, { toWrite: true }))
        return 'existing';
    const undertaking = pushing(repository, descriptor);
    try {
        const mounted = mountFrom ? await mount(transport, repository, descriptor, mountFrom) : undefined;
        if (mounted === 'mounted')
            return mounted;
        let session = mounted;
        for (let attempt = 1;; attempt++) {
            try {
                session ??= await startUpload(transport, repository, undertaking);
                await upload(transport, session, repository, descriptor, open);
                return 'uploaded';
            }
            catch (error) {
                // Else a broken connection or an overloaded server.
                if (!(error instanceof LostUpload || error instanceof HttpFailure))
                    throw error;
                if (attempt >= tries)
                    throw error instanceof LostUpload ? error.cause : error;
                await pause(attempt, error instanceof HttpFailure ? error.retryAfter : undefined);
            }
            session = undefined;
            // The blob may have arrived, and only the answer got lost.
            if (await upload_hasBlob(transport, repository, descriptor, { toWrite: true }))
                return 'uploaded';
        }
    }
    catch (error) {
        throw explained(undertaking, error);
    }
}
/**
 * Whether the repository has the blob, with the size that the descriptor gives as far as the registry tells it. Registries,
 * proxies and storage services that know no HEAD refuse it in their own ways: then it is not known, and as good as not there.
 * @param options.toWrite whether it is asked by somebody who is going to push, and has one token for both
 */
async function upload_hasBlob(transport, repository, descriptor, { toWrite }) {
    const undertaking = {
        what: `look for the blob ${descriptor.digest} in ${formatRepository(repository)}`,
        registry: transport.registry,
        writes: toWrite,
    };
    try {
        const response = await transport.send({
            method: 'HEAD',
            to: `/v2/${repository.repository}/blobs/${descriptor.digest}`,
            scopes: [(toWrite ? toPush : toPull)(repository.repository)],
        });
        const isOwn = response.url.origin === transport.base.origin;
        if (response.status === 401 && isOwn)
            throw await refusal(undertaking, response);
        response.body.resume();
        const size = response.headers['content-length'];
        return response.status === 200 && (size === undefined || Number(size) === descriptor.size);
    }
    catch (error) {
        // A server that has trouble with the question.
        if (error instanceof HttpFailure && (error.status ?? 0) >= 500)
            return false;
        throw explained(undertaking, error);
    }
}
/** @returns the upload session that some registries open instead of mounting, undefined when there is neither */
async function mount(transport, repository, { digest }, from) {
    if (from.registry !== repository.registry || from.repository === repository.repository)
        return undefined;
    try {
        const response = await transport.send({
            method: 'POST',
            to: `/v2/${repository.repository}/blobs/uploads/?mount=${digest}&from=${from.repository}`,
            scopes: [toPush(repository.repository), toPull(from.repository)],
            headers: { 'content-length': 0 },
            retries: 1,
        });
        response.body.resume();
        if (response.status === 201)
            return 'mounted';
        return response.status === 202 ? sessionOf(response) : undefined;
    }
    catch (error) {
        // No token for both repositories, a registry that chokes on mounts: the upload needs neither.
        if (error instanceof RegistryError || error instanceof HttpFailure)
            return undefined;
        throw error;
    }
}
async function startUpload(transport, repository, undertaking) {
    const response = await transport.send({
        method: 'POST',
        to: `/v2/${repository.repository}/blobs/uploads/`,
        scopes: [toPush(repository.repository)],
        headers: { 'content-length': 0 },
        retries: 0,
    });
    const session = response.status === 202 ? sessionOf(response) : undefined;
    if (!session)
        throw await refusal(undertaking, response);
    response.body.resume();
    return session;
}
/** The whole blob in one PUT (OCI distribution-spec, "POST then PUT"). */
async function upload(transport, session, repository, descriptor, open) {
    // The query belongs to the registry and may be signed: it is added to, not written anew.
    const to = new URL(session);
    to.search += `${to.search ? '&' : '?'}digest=${encodeURIComponent(descriptor.digest)}`;
    const response = await transport.send({
        method: 'PUT',
        to,
        scopes: [toPush(repository.repository)],
        headers: { 'content-type': 'application/octet-stream', 'content-length': descriptor.size },
        body: async () => Readable.from(exactly(descriptor, await open()), { objectMode: false }),
        retries: 0,
    });
    const { status, headers } = response;
    if (status === 201 || status === 204) {
        response.body.resume();
        const stored = headers['docker-content-digest']?.toString() ?? descriptor.digest;
        if (stored !== descriptor.digest) {
            const what = `the registry stored ${foreignText(stored)} in place of the blob ${descriptor.digest}`;
            throw new LostUpload(new RegistryError(what, {
                at: { url: formatRepository(repository) },
                advice: 'It may not be used, for it is not what was made. Tell who runs the registry.',
            }));
        }
    }
    else if (status === 200 || status === 202) {
        response.body.resume();
        // Not by the specification: the digest is what counts.
        if (headers['docker-content-digest'] === descriptor.digest)
            return;
        if (await upload_hasBlob(transport, repository, descriptor, { toWrite: true }))
            return;
        const what = `the registry answered ${status} to the blob ${descriptor.digest}, but does not have it`;
        throw new LostUpload(new RegistryError(what, {
            at: { url: formatRepository(repository) },
            advice: adviceForStranger(transport.registry),
            status,
        }));
    }
    else {
        const error = await refusal(pushing(repository, descriptor), response);
        // Bytes that changed on the way are as lost.
        const isLost = status === 404 || status === 416 || /^BLOB_UPLOAD_|^(DIGEST|SIZE)_INVALID$/.test(error.code ?? '');
        throw isLost ? new LostUpload(error) : error;
    }
}
/** The registry lost or muddled the upload session: another one may do. */
class LostUpload extends Error {
    cause;
    constructor(cause) {
        super(cause.message);
        this.cause = cause;
    }
}
function sessionOf({ headers, url }) {
    return sessionAddress(headers.location, url);
}
/** A request whose body does not have the promised length would confuse the connection. */
async function* exactly(descriptor, source) {
    let size = 0;
    for await (const chunk of source) {
        size += chunk.byteLength;
        if (size > descriptor.size)
            break;
        yield chunk;
    }
    if (size !== descriptor.size) {
        throw new Error(`the layer ${descriptor.digest} does not have the ${descriptor.size} bytes it should`);
    }
}
function pushing(repository, descriptor) {
    return {
        what: `push the blob ${descriptor.digest} to ${formatRepository(repository)}`,
        registry: repository.registry,
        writes: true,
    };
}

;// CONCATENATED MODULE: ./src/registry/client.ts









/** Tokens and connections live as long as the client: make one for a run. */
function createRegistryClient(options = {}) {
    const credentials = options.credentials ?? machineCredentials();
    const transports = new Map();
    const to = ({ registry }) => {
        const transport = transports.get(registry) ?? createTransport(registry, credentials);
        transports.set(registry, transport);
        return transport;
    };
    return {
        async fetchManifest(reference, accept) {
            const manifest = await findManifest(to(reference), reference, accept);
            if (manifest)
                return manifest;
            throw new RegistryError(`the registry has no ${formatReference(reference)}`, {
                advice: 'Check the name, and the tag or digest.',
                status: 404,
            });
        },
        findManifest: (reference, accept) => findManifest(to(reference), reference, accept),
        headManifest: (reference) => headManifest(to(reference), reference),
        putManifest: (reference, manifest) => putManifest(to(reference), reference, manifest),
        checkPush: (repository) => checkPush(to(repository), repository),
        hasBlob: (repository, descriptor) => hasBlob(to(repository), repository, descriptor, { toWrite: false }),
        openBlob: (repository, descriptor) => openBlob(to(repository), repository, descriptor),
        readBlob: (repository, descriptor, limit) => readBlob(to(repository), repository, descriptor, limit),
        uploadBlob: (repository, descriptor, open, mountFrom) => uploadBlob(to(repository), repository, descriptor, open, mountFrom),
    };
}

;// CONCATENATED MODULE: ./src/registry/registry.ts
/** The door of this folder: references, credentials, and a client for the OCI distribution API. */







;// CONCATENATED MODULE: ./src/outputs/targets.ts

/** The repositories of some targets, each once, without tags and digests. */
function targets_distinctRepositories(targets) {
    return distinct(targets.map(({ registry, repository }) => ({ registry, repository })));
}
/** The targets that have a tag, each once, without digests. */
function targets_distinctTags(targets) {
    return distinct(targets.flatMap(({ registry, repository, tag }) => tag === undefined ? [] : [{ registry, repository, tag }]));
}
function distinct(references) {
    return [...new Map(references.map((reference) => [formatReference(reference), reference])).values()];
}

;// CONCATENATED MODULE: ./src/outputs/layout-files.ts







/**
 * The files of an OCI image layout (OCI image-spec, image-layout.md) that holds one artifact under all its tags, in the
 * order in which a reader needs them. Docker's `manifest.json` lies with a single image, as in what `docker save` writes:
 * the engine's older image store loads nothing without it. It gives a tag to one image only and knows no platforms, so
 * with several images there is none: which of them is right depends on the machine that loads.
 */
function layout_files_layoutFiles(artifact, references) {
    const images = imagesOf(artifact);
    const [only, ...others] = images;
    const blobs = [
        ...(isIndex(artifact) ? [blobFile(artifact.index)] : []),
        ...images.flatMap(({ manifest, config, layers }) => [
            blobFile(manifest),
            blobFile(config),
            ...layers.map(layerFile),
        ]),
    ];
    return [
        jsonFile('oci-layout', { imageLayoutVersion: '1.0.0' }),
        jsonFile('index.json', layoutIndexOf(topDescriptor(artifact), references)),
        ...(only && others.length === 0 ? [jsonFile('manifest.json', dockerArchiveOf(only, references))] : []),
        // Two layers may have the same bytes.
        ...new Map(blobs.map((file) => [file.path, file])).values(),
    ];
}
/** The bytes of a file; a blob's are checked on the way. */
async function* layout_files_contentOf(file) {
    const content = (await file.open()); // streams of bytes, not of objects
    yield* file.descriptor ? verified(file.descriptor, content, file.path) : content;
}
/** An image with its platform; an index stands for those of its images. */
function topDescriptor(artifact) {
    const { descriptor } = topOf(artifact);
    return isIndex(artifact) ? descriptor : { ...descriptor, platform: descriptorPlatform(artifact.platform) };
}
/**
 * The layout's index: the artifact once for each tag, under the names by which skopeo and umoci
 * (`org.opencontainers.image.ref.name`, the tag alone) and containerd (`io.containerd.image.name`) look for it.
 */
function layoutIndexOf(top, references) {
    const taken = new Set();
    const named = distinctTags(references).map((reference) => {
        // Tags of two repositories may be alike, and a reader refuses a name that is there twice.
        const isFree = !taken.has(reference.tag);
        taken.add(reference.tag);
        const annotations = {
            ...top.annotations,
            'io.containerd.image.name': formatReference(reference),
            ...(isFree && { 'org.opencontainers.image.ref.name': reference.tag }),
        };
        return { ...top, annotations };
    });
    return {
        schemaVersion: 2,
        mediaType: indexMediaType,
        manifests: named.length > 0 ? named : [top],
    };
}
/** Docker's own archive format, v1.2 (moby, image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format"). */
function dockerArchiveOf({ config, layers }, references) {
    return [
        {
            Config: blobPath(config.descriptor),
            RepoTags: distinctTags(references).map(formatReference),
            Layers: layers.map(({ descriptor }) => blobPath(descriptor)),
        },
    ];
}
function blobPath({ digest }) {
    return `blobs/sha256/${hexOf(digest)}`;
}
function blobFile({ descriptor, bytes }) {
    return { path: blobPath(descriptor), size: bytes.byteLength, descriptor, open: () => opened(bytes) };
}
function layerFile(layer) {
    const { descriptor } = layer;
    return { path: blobPath(descriptor), size: descriptor.size, descriptor, open: () => layer.open() };
}
function jsonFile(path, value) {
    const bytes = Buffer.from(JSON.stringify(value));
    return { path, size: bytes.length, open: () => opened(bytes) };
}
function opened(bytes) {
    return Promise.resolve(Readable.from([bytes], { objectMode: false }));
}

;// CONCATENATED MODULE: ./src/outputs/layout-tar.ts




/**
 * Writes a layout as a tar to `sink`, and ends it. The same files give the same bytes.
 * @throws whatever went wrong first, on either side; `sink` is destroyed then
 */
async function layout_tar_writeTar(files, sink) {
    const tar = pack();
    const written = pipeline(tar, sink);
    const common = { uid: 0, gid: 0, mtime: new Date(0) };
    const add = async () => {
        for (const name of ['blobs/', 'blobs/sha256/']) {
            tar.entry({ ...common, name, type: 'directory', mode: 0o755 });
        }
        for (const file of files) {
            await pipeline(contentOf(file), tar.entry({ ...common, name: file.path, type: 'file', mode: 0o644, size: file.size }));
        }
        tar.finalize();
    };
    // Whichever side fails takes the other one down with it; the first reason is the one to tell.
    await Promise.all([
        written,
        add().catch((error) => {
            tar.destroy(error instanceof Error ? error : new Error(messageOf(error)));
            throw error;
        }),
    ]);
}

;// CONCATENATED MODULE: ./src/outputs/layout.ts









/**
 * Writes an artifact as an OCI image layout: into one tar file when `path` ends in `.tar`, else into a directory. The same
 * artifact and references give the same bytes. The layout is made beside `path` and then put in its place as a whole; a
 * layout that was there before is replaced.
 * @throws UserError when something else is there, or the disk refuses; `path` is then as it was
 */
async function writeLayout(artifact, path, references) {
    const { target, isTar } = targetOf(path);
    const files = layoutFiles(artifact, references);
    try {
        await prepare(target, isTar);
        await inItsPlace(target, (partial) => isTar ? writeTar(files, createWriteStream(partial, { flags: 'wx' })) : writeDirectory(files, partial));
    }
    catch (error) {
        const needed = files.reduce((sum, { size }) => sum + size, 0);
        const described = describeDiskError(error, { file: target, needed });
        if (described)
            throw refused(path, `the layout cannot be written: ${described.what}`, described.advice);
        throw isDiskError(error) ? refused(path, `the layout cannot be written: ${messageOf(error)}`) : error;
    }
}
/**
 * Finds out before there is an image whether its layout could be written.
 * @throws UserError when something else is there, or the place cannot be written
 */
async function checkLayout(path) {
    const { target, isTar } = targetOf(path);
    try {
        await prepare(target, isTar);
        await withScratch(partialOf(target), () => Promise.resolve());
    }
    catch (error) {
        throw isDiskError(error) ? refused(path, `the layout cannot be written: ${messageOf(error)}`) : error;
    }
}
function targetOf(path) {
    const target = resolve(path);
    if (/\.(tgz|tar\.\w+)$/.test(target)) {
        throw refused(path, 'the layout cannot be written compressed', 'Use a name that ends in .tar.');
    }
    return { target, isTar: target.endsWith('.tar') };
}
async function prepare(target, isTar) {
    await (isTar ? assertReplaceableFile(target) : assertReplaceableDirectory(target));
    await mkdir(dirname(target), { recursive: true });
}
/** Where it is made: beside its place, on the same file system. */
function partialOf(target) {
    return join(dirname(target), `.${basename(target)}.partial-`);
}
/** Has `write` make something in a directory of its own on the same file system, and renames it to `target`. */
async function inItsPlace(target, write) {
    const work = makeScratch(partialOf(target));
    const [partial, old] = [join(work, 'new'), join(work, 'old')];
    try {
        await write(partial);
        // A file is renamed over; a directory that is not empty cannot be.
        const replaces = (await exists(target))?.isDirectory();
        // Both at once: a run that is cancelled in between would take the old one along.
        if (replaces)
            renameSync(target, old);
        try {
            renameSync(partial, target);
        }
        catch (error) {
            if (replaces)
                renameSync(old, target);
            throw error;
        }
    }
    finally {
        await removeScratch(work);
    }
}
async function writeDirectory(files, directory) {
    await mkdir(join(directory, 'blobs', 'sha256'), { recursive: true });
    for (const file of files) {
        await pipeline(contentOf(file), createWriteStream(join(directory, file.path), { flags: 'wx' }));
    }
}
async function assertReplaceableFile(path) {
    const there = await exists(path);
    if (there && !there.isFile())
        throw refused(path, 'something that is not a file is there already');
}
/** Nothing, an empty directory, or a layout that has nothing but a layout's files in it. */
async function assertReplaceableDirectory(path) {
    const there = await exists(path);
    if (!there)
        return;
    if (!there.isDirectory())
        throw refused(path, 'something that is not a directory is there already');
    const names = await readdir(path);
    const foreign = names.filter((name) => !['oci-layout', 'index.json', 'manifest.json', 'blobs'].includes(name));
    const isLayout = names.includes('oci-layout') && (await isLayoutMark(join(path, 'oci-layout')));
    if (names.length > 0 && (foreign.length > 0 || !isLayout)) {
        const what = foreign[0] === undefined ? '' : `: it holds '${foreign[0]}'`;
        throw refused(path, `the directory is not an OCI layout${what}`);
    }
}
async function isLayoutMark(path) {
    try {
        const mark = JSON.parse(await readFile(path, 'utf8'));
        return typeof mark?.imageLayoutVersion === 'string';
    }
    catch {
        return false;
    }
}
/** What lies at the path itself: a symbolic link is one, and not what it points to. */
async function exists(path) {
    try {
        return await lstat(path);
    }
    catch (error) {
        if (isDiskError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
            return undefined;
        throw error;
    }
}
function isDiskError(error) {
    return typeof error === 'object' && error !== null && 'syscall' in error;
}
function refused(file, what, advice = 'Choose another path, or remove what is there.') {
    return new UserError(what, { at: { file }, advice });
}

// EXTERNAL MODULE: ./node_modules/@actions/exec/lib/exec.js + 3 modules
var exec = __webpack_require__(7187);
;// CONCATENATED MODULE: ./src/common/command.ts



/**
 * Runs a program to its end. It gets no input, and must not wait for any.
 * @param program its path
 * @throws Error when it cannot be run; an exit code other than 0 is an outcome
 */
async function runCommand(program, args, { env, cwd, shown = false }) {
    // It is a command line to @actions/exec, which splits it at spaces outside of quotes.
    const quoted = `"${program.replaceAll('"', '\\"')}"`;
    const output = await getExecOutput(quoted, [...args], {
        env: withoutUndefined(env),
        ...(cwd !== undefined && { cwd }),
        silent: !shown,
        outStream: firstWrite(),
        ignoreReturnCode: true,
    });
    // Its type does not say that the code is null after a signal.
    const exitCode = output.exitCode ?? undefined;
    return { ...output, exitCode };
}
/** Shows a command line in the log as `@actions/exec` does. Not by @actions/core, which the threads that pack need not load. */
function command_showCommand(program, args) {
    process.stdout.write(`[command]${[program, ...args].join(' ')}${EOL}`);
}
/** What @actions/exec writes first is the command line, and what follows is what the program writes. */
function firstWrite() {
    let isFirst = true;
    return new Writable({
        write(chunk, _encoding, done) {
            if (isFirst)
                process.stdout.write(chunk);
            isFirst = false;
            done();
        },
    });
}
function withoutUndefined(variables) {
    const set = Object.entries(variables).filter((entry) => entry[1] !== undefined);
    return Object.fromEntries(set);
}

;// CONCATENATED MODULE: ./src/common/platform.ts

const platforms = [
    { os: 'linux', architecture: 'amd64', subdir: 'linux-64' },
    { os: 'linux', architecture: 'arm64', subdir: 'linux-aarch64' },
    { os: 'linux', architecture: 'ppc64le', subdir: 'linux-ppc64le' },
    { os: 'linux', architecture: 's390x', subdir: 'linux-s390x' },
];
/**
 * Variants beyond the plain one, which each processor of the architecture has: v1 of amd64, and v8 of arm64 (OCI image-spec,
 * image-index.md, "Platform Variants"; Go's GOAMD64 and GOARM64).
 */
const variants = {
    amd64: { plain: 1, beyond: [2, 3, 4] },
    arm64: { plain: 8, beyond: [9] },
    ppc64le: { beyond: [] },
    s390x: { beyond: [] },
};
/** `linux/amd64` or `linux/amd64/v3`, as in the input `platforms`; `linux/arm64/v8` is `linux/arm64`. */
function parsePlatform(text, input = 'platforms') {
    const [, name = '', variant] = /^(.*?)(?:\/v(\d+))?$/.exec(text.trim()) ?? [];
    const found = platforms.find((platform) => platform_formatPlatform(platform) === name);
    if (!found) {
        const meant = meantPlatform(text.trim());
        const what = meant
            ? 'is not how container platforms are named'
            : 'is not a platform that conda packages exist for';
        throw new UserError(`'${text}' ${what}`, {
            at: { input },
            advice: meant
                ? `Write ${platform_formatPlatform(meant)}.`
                : `Use one of ${platforms.map(platform_formatPlatform).join(', ')}.`,
        });
    }
    const { plain, beyond } = variants[found.architecture];
    if (variant === undefined || Number(variant) === plain)
        return found;
    if (beyond.includes(Number(variant)))
        return { ...found, variant: `v${variant}` };
    const known = beyond.map((level) => `${name}/v${level}`);
    throw new UserError(`'${text}' is not a variant of ${name} that is known here`, {
        at: { input },
        advice: `Use ${[name, ...known].join(', ')}.`,
    });
}
/** By the names that conda, docker and the kernel have for a processor. */
function meantPlatform(text) {
    const processor = text.toLowerCase().replace(/^linux[-/]/, '');
    const architecture = { 64: 'amd64', x86_64: 'amd64', 'x86-64': 'amd64', x64: 'amd64', aarch64: 'arm64' }[processor];
    return platforms.find((platform) => platform.architecture === (architecture ?? processor));
}
function platform_formatPlatform({ os, architecture, variant, }) {
    return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}
/** How files are called that are for a platform: by its conda subdir, `linux-64`, and its variant, `linux-64-v3`. */
function fileNameOf({ subdir, variant }) {
    return variant === undefined ? subdir : `${subdir}-${variant}`;
}
/**
 * Where a variant stands among those of its architecture: what runs on one runs on those above it.
 * @returns NaN for one that is not known
 */
function platform_variantLevel({ architecture, variant, }) {
    const plain = variants[architecture]?.plain ?? 0;
    return !variant ? plain : Number(/^v(\d+(\.\d+)?)$/.exec(variant)?.[1] ?? NaN);
}
/** A platform, narrowed to the variant of something that is to be part of an image for it. */
function narrowed(platform, variant) {
    const level = platform_variantLevel({ ...platform, variant });
    return variant && level > platform_variantLevel(platform) ? { ...platform, variant } : platform;
}
function platformOfSubdir(subdir) {
    return platforms.find((platform) => platform.subdir === subdir);
}
/** The Linux platform with this machine's processor: the default of the input `platforms`, on any system. */
function platform_machinePlatform(arch = process.arch) {
    const architecture = { x64: 'amd64', arm64: 'arm64', ppc64: 'ppc64le', s390x: 's390x' }[arch];
    const found = platforms.find((platform) => platform.architecture === architecture);
    if (!found) {
        throw new UserError(`this machine's processor '${arch}' is not one that conda packages exist for`, {
            at: { input: 'platforms' },
            advice: `Set it to one of ${platforms.map(platform_formatPlatform).join(', ')}.`,
        });
    }
    return found;
}

;// CONCATENATED MODULE: ./src/outputs/load.ts











/**
 * Loads an image into the container engine of this machine, under its tags; of an index, the image for this machine's
 * processor. It goes there as a stream, without a file. Both of Docker's image stores take it, and so does podman.
 * @param environment where PATH is, and what the engine's command line gets: `DOCKER_HOST`, `CONTAINER_ENGINE`
 * @returns the engine's id of the image: `sha256:` and the digest of its config, or of its manifest where containerd's
 *   store keeps it
 * @throws UserError when there is no engine, when it refuses, or when it does not have the image afterwards
 */
async function loadImage(artifact, tags, environment = process.env) {
    const image = imageToLoad(artifact);
    const engine = await findEngine(environment);
    showCommand(engine.program, ['load']);
    const id = await loadInto(engine, image, tags);
    core.info(`${engine.program}: loaded ${[id, ...distinctTags(tags).map(formatReference)].join(', ')}`);
    return id;
}
/**
 * Loads an image into an engine.
 * @param input which one an error is about
 * @returns as `loadImage`
 * @throws UserError as `loadImage`
 */
async function loadInto(engine, image, tags, input = 'load') {
    const files = layoutFiles(image, tags);
    const { ok, stdout, stderr } = await engine.run(['load'], (stdin) => writeTar(files, stdin));
    if (!ok)
        throw load_engineFailure(engine, 'load failed', stderr, input);
    core.debug(stdout);
    return idOf(engine, image, distinctTags(tags).map(formatReference), input);
}
/**
 * Finds out before there is an image whether it could be loaded.
 * @param platforms that the image is made for
 * @throws UserError when there is no engine, when it does not answer, or when none of the platforms is this machine's
 */
async function checkEngine(platforms, environment = process.env) {
    if (platforms.length > 1)
        suitableFor(platforms);
    const engine = await findEngine(environment);
    const { ok, stderr } = await engine.run(['version']);
    if (!ok)
        throw load_engineFailure(engine, 'does not answer', stderr);
}
/** @param what did not go well; of it the engine said `stderr` */
function load_engineFailure({ program }, what, stderr, input = 'load') {
    return new UserError(`${program} ${what}: ${foreignText(stderr) || 'it did not say why'}`, {
        at: { input },
        advice: `Check with \`${program} info\` that the engine runs and that this user may use it; DOCKER_HOST or CONTAINER_ENGINE choose another one.`,
    });
}
function imageToLoad(artifact) {
    if (!isIndex(artifact))
        return artifact;
    const images = imagesOf(artifact);
    const image = images[suitableFor(images.map(({ platform }) => platform))];
    if (!image)
        throw new Error('an index has the image of each of its platforms');
    return image;
}
/** The position of the platform that is this machine's. */
function suitableFor(platforms) {
    const machine = machinePlatform();
    // Of several variants the lowest, which runs wherever another does.
    const [lowest] = platforms
        .filter(({ architecture }) => architecture === machine.architecture)
        .sort((a, b) => variantLevel(a) - variantLevel(b));
    if (lowest)
        return platforms.indexOf(lowest);
    const made = platforms.map(formatPlatform).join(', ');
    throw new UserError(`this machine is ${formatPlatform(machine)}, and the image is made for ${made}`, {
        at: { input: 'load' },
        advice: `Add ${formatPlatform(machine)} to 'platforms', or leave 'load' at false.`,
    });
}
/** Looks for the image under its names, or by its digests when it has none. */
async function idOf(engine, image, names, input) {
    const ids = [image.manifest, image.config].map(({ descriptor }) => descriptor.digest);
    const found = [];
    for (const name of names.length > 0 ? names : ids)
        found.push(await inspect(engine, name));
    const missing = names.filter((_name, index) => !ids.includes(found[index] ?? ''));
    const id = found.find((it) => it !== undefined && ids.includes(it));
    if (id !== undefined && missing.length === 0)
        return id;
    throw new UserError(`${engine.program} load succeeded, but afterwards the engine does not have ${[...missing, ...ids].join(', ')}`, { at: { input }, advice: 'Check that nothing else loads or removes images there meanwhile.' });
}
/** @returns undefined when the engine has nothing of that name; podman leaves out `sha256:` */
async function inspect(engine, name) {
    const { ok, stdout } = await engine.run(['image', 'inspect', '--format', '{{.Id}}', name]);
    return ok ? `sha256:${stdout.trim().replace(/^sha256:/, '')}` : undefined;
}

;// CONCATENATED MODULE: ./src/outputs/merge-source.ts







/**
 * Reads the image that a digest stands for, or all that an index lists.
 * @throws UserError when one of them is no container image for Linux
 */
async function merge_source_readImages(reference, client) {
    if (reference.digest === undefined) {
        throw merge_source_refused(reference, 'it has no digest', 'Give each image as name@sha256:…, for a tag can move.');
    }
    const named = await client.fetchManifest(reference);
    if (!indexMediaTypes.includes(named.mediaType))
        return [await readImage(reference, named, client)];
    const listed = descriptorsOf(parse(named.bytes, reference)['manifests'], reference);
    if (listed.length === 0)
        throw merge_source_refused(reference, 'it is an index without images');
    return mapConcurrently(listed, 4, async (entry) => {
        const member = { ...reference, digest: entry.digest };
        const manifest = await client.fetchManifest(member);
        return isAttestation(entry, listed)
            ? foundManifest('attestation', member, manifest, entry, client)
            : readImage(member, manifest, client, entry.annotations);
    });
}
/** BuildKit's note on how it made one of the images beside it (buildkit, docs/attestations/attestation-storage.md). */
function isAttestation({ annotations = {} }, listed) {
    const about = annotations['vnd.docker.reference.digest'];
    return (annotations['vnd.docker.reference.type'] === 'attestation-manifest' &&
        listed.some(({ digest }) => digest === about));
}
/** Its platform is what its config says: of a single manifest nothing else tells. */
async function readImage(reference, manifest, client, annotations) {
    if (!imageMediaTypes.includes(manifest.mediaType)) {
        const what = indexMediaTypes.includes(manifest.mediaType) ? 'an index in an index' : manifest.mediaType;
        throw merge_source_refused(reference, `it is ${what || 'of no known type'}, not an image`);
    }
    const config = configOf(manifest, reference);
    if (!configMediaTypes.includes(config.mediaType)) {
        throw merge_source_refused(reference, `it holds ${config.mediaType}, not an image`);
    }
    const { os, architecture, variant } = parse(await client.readBlob(reference, config), reference);
    if (os !== 'linux' || typeof architecture !== 'string' || architecture === '') {
        throw merge_source_refused(reference, `it is for ${String(os)}/${String(architecture)}, not for Linux`);
    }
    const platform = descriptorPlatform({
        os,
        architecture,
        ...(typeof variant === 'string' && variant !== '' && { variant }),
    });
    return foundManifest('image', reference, manifest, { annotations, platform }, client);
}
function foundManifest(kind, reference, { mediaType, digest, bytes }, { annotations, platform }, client) {
    const blobs = [
        configOf({ bytes }, reference),
        ...descriptorsOf(parse(bytes, reference)['layers'], reference),
    ];
    const origin = { registry: reference.registry, repository: reference.repository };
    return {
        kind,
        name: formatReference(reference),
        manifest: {
            descriptor: {
                mediaType,
                digest,
                size: bytes.length,
                ...(annotations && { annotations }),
                ...(platform && { platform }),
            },
            bytes,
        },
        blobs: blobs.map((descriptor) => ({
            descriptor,
            origin,
            open: () => client.openBlob(origin, descriptor),
        })),
    };
}
function configOf({ bytes }, reference) {
    const [config] = descriptorsOf([parse(bytes, reference)['config']], reference);
    if (!config)
        throw malformed(reference);
    return config;
}
/** A JSON object that somebody else wrote. */
function parse(bytes, reference) {
    try {
        const value = JSON.parse(bytes.toString());
        if (typeof value === 'object' && value !== null)
            return value; // its JSON keys
    }
    catch {
        // Told below.
    }
    throw malformed(reference);
}
function descriptorsOf(list, reference) {
    if (Array.isArray(list) && list.every(isDescriptor))
        return list;
    throw malformed(reference);
}
function isDescriptor(value) {
    if (typeof value !== 'object' || value === null)
        return false;
    const { mediaType, digest, size } = value; // each is checked
    return (typeof mediaType === 'string' && typeof digest === 'string' && isDigest(digest) && Number.isInteger(size));
}
function malformed(reference) {
    return merge_source_refused(reference, 'its manifest cannot be understood');
}
/** @param what may quote what somebody else wrote */
function merge_source_refused(reference, what, advice = 'Only container images for Linux, and indexes of such images, can be merged.') {
    return new UserError(`${formatReference(reference)}: ${foreignText(what)}`, { advice });
}

// EXTERNAL MODULE: ./src/common/format.ts
var format = __webpack_require__(6950);
;// CONCATENATED MODULE: ./src/outputs/uploader.ts





/** @param options.concurrency blobs under way at a time; default 6, what hides a registry's latency */
function uploader_createBlobUploader(client, targets, options = {}) {
    const registries = Map.groupBy(distinctRepositories(targets), ({ registry }) => registry);
    const limited = createLimiter(options.concurrency ?? 6);
    const transfers = new Map();
    /** `registry/repository@digest` */
    const known = new Set();
    const keyOf = (repository, digest) => `${formatRepository(repository)}@${digest}`;
    /** One after the other within a registry, where each repository can have the blob from the one before it. */
    const toRegistry = async (blob, repositories) => {
        const { descriptor } = blob;
        let { origin } = blob;
        const done = [];
        for (const target of repositories) {
            const repository = formatRepository(target);
            const arrival = known.has(keyOf(target, descriptor.digest))
                ? 'existing'
                : await client.uploadBlob(target, descriptor, () => blob.open(), origin);
            const log = arrival === 'uploaded' ? core.info : core.debug;
            log(`${descriptor.digest} (${formatBytes(descriptor.size)}): ${arrival}, ${repository}`);
            done.push({ digest: descriptor.digest, size: descriptor.size, repository, arrival });
            origin = target;
        }
        return done;
    };
    const start = async (blob) => {
        const each = [...registries.values()].map((repositories) => limited(() => toRegistry(blob, repositories)));
        return (await Promise.all(each)).flat();
    };
    return {
        add(blob) {
            const { digest } = blob.descriptor;
            const transfer = transfers.get(digest) ?? start(blob);
            transfers.set(digest, transfer);
            // Whoever pushes the image awaits the transfer again; until then its failure is not a crash.
            transfer.catch(() => undefined);
            return transfer;
        },
        know(repository, digest) {
            known.add(keyOf(repository, digest));
        },
        knows: (repository, digest) => known.has(keyOf(repository, digest)),
    };
}

;// CONCATENATED MODULE: ./src/outputs/registry.ts









/**
 * Pushes an image, or an index with its images, under every target; one without a tag gets it by digest only.
 * @param options.uploader one for the same targets that was given layers before; those are only awaited here
 */
async function pushImage(artifact, targets, client, options = {}) {
    const manifests = imagesOf(artifact).map(({ manifest, config, layers }) => ({
        manifest,
        blobs: [...layers, sourceOf(config)],
    }));
    return registry_push(manifests, topOf(artifact), targets, client, options.uploader);
}
/**
 * Blobs, then manifests by digest, then the top by digest, then tags, each step in all targets before the next one
 * begins: a push that fails before leaves every tag where it was, and a tag that moved has everything below it.
 * @param manifests what `top` consists of: itself, or the manifests that an index lists
 * @throws TagFailure when some tags may have moved, and one could not
 */
async function registry_push(manifests, top, targets, client, uploader = createBlobUploader(client, targets)) {
    const repositories = distinctRepositories(targets);
    const { digest } = top.descriptor;
    const blobs = manifests.flatMap((it) => it.blobs);
    const distinct = [...new Map(blobs.map((blob) => [blob.descriptor.digest, blob])).values()];
    const transfers = await settled(distinct.map((blob) => uploader.add(blob)));
    const tagged = distinctTags(targets);
    const documents = [...manifests.map(({ manifest }) => manifest), top];
    const distinctDocuments = [...new Map(documents.map((it) => [it.descriptor.digest, it])).values()];
    let bytesOfManifests = 0;
    const put = async (target, document) => {
        await client.putManifest(target, document);
        bytesOfManifests += document.bytes.length;
    };
    for (const document of distinctDocuments) {
        // The one tag that there is brings the top itself: nothing else could fail between the two.
        if (document.descriptor.digest === digest && targets.length === 1 && tagged.length === 1)
            continue;
        await mapConcurrently(repositories, 4, async (repository) => {
            if (!uploader.knows(repository, document.descriptor.digest))
                await put(repository, document);
        });
    }
    await moveTags(tagged, digest, (target) => put(target, top));
    const bytesUploaded = bytesOf(transfers, 'uploaded');
    const report = {
        digest,
        images: repositories.map((repository) => formatReference({ ...repository, digest })),
        tags: tagged.map(formatReference),
        transfers,
        bytesUploaded,
        bytesPushed: bytesUploaded + bytesOfManifests,
    };
    for (const repository of repositories)
        logSummary(formatRepository(repository), transfers);
    return report;
}
/** Some tags could not be moved, while others may stand for the digest already. */
class TagFailure extends errors/* UserError */.y {
    digest;
    /** The tags that stand for the digest, in full. */
    moved;
    constructor(cause, digest, moved, others) {
        const verb = moved.length === 1 ? 'stands' : 'stand';
        const advice = moved.length > 0
            ? `${moved.join(', ')} ${verb} for ${digest} now; not moved: ${others.join(', ')}.`
            : `None of the tags has moved: ${others.join(', ')}.`;
        super(cause.message, { cause, advice });
        this.name = 'TagFailure';
        this.digest = digest;
        this.moved = moved;
    }
}
/** @throws TagFailure when there are several and one of them is refused; those not begun by then stay where they are */
async function moveTags(tags, digest, move) {
    const moved = new Set();
    try {
        await mapConcurrently(tags, 4, async (tag) => {
            await move(tag);
            moved.add(tag);
        });
    }
    catch (error) {
        if (tags.length === 1 || !(error instanceof UserError))
            throw error;
        const [done, others] = [true, false].map((is) => tags.filter((tag) => moved.has(tag) === is).map(formatReference));
        throw new TagFailure(error, digest, done ?? [], others ?? []);
    }
}
/** Waits for all of them even when one fails: nothing is left running behind the error. */
async function settled(transfers) {
    await Promise.allSettled(transfers);
    return (await Promise.all(transfers)).flat();
}
function sourceOf({ descriptor, bytes }) {
    return { descriptor, open: () => Promise.resolve(Readable.from([bytes], { objectMode: false })) };
}
function bytesOf(transfers, arrival) {
    return transfers.filter((it) => it.arrival === arrival).reduce((sum, { size }) => sum + size, 0);
}
function logSummary(repository, transfers) {
    const here = transfers.filter((transfer) => transfer.repository === repository);
    const part = (arrival, words) => {
        const count = here.filter((transfer) => transfer.arrival === arrival).length;
        return `${count} ${words} (${formatBytes(bytesOf(here, arrival))})`;
    };
    const parts = [part('uploaded', 'uploaded'), part('mounted', 'mounted'), part('existing', 'already there')];
    core.info(`${repository}: ${here.length} blobs, ${parts.join(', ')}`);
}

;// CONCATENATED MODULE: ./src/outputs/merge.ts








/**
 * Makes an index of images that are in a registry already, and pushes it under every target: the last step for those
 * who make each platform's image in a job of its own. What a target's repository lacks is mounted from the images'
 * repository, or streamed when that is in another registry.
 * @param references `name@sha256:…` of single images, or of indexes, whose images are all taken; in the order of the new
 *   index. Attestations that BuildKit put beside an image come along, after the images.
 * @param targets none to see what would come of it, and push nothing
 * @throws UserError when two images are for the same platform, one of the platforms has none, or something is no container
 *   image for Linux; nothing has been pushed then
 */
async function mergeDigests(references, targets, client, options = {}) {
    const { platforms = [], annotations, descriptorAnnotations = {} } = options;
    if (references.length === 0) {
        throw new UserError('there are no images to merge', { advice: 'Give the digests of at least one.' });
    }
    const found = (await mapConcurrently(references, 4, (reference) => readImages(reference, client))).flat();
    const images = found.filter(({ kind }) => kind === 'image');
    refuseDuplicates(images);
    refuseMissing(images, platforms);
    const attestations = found.filter(({ kind }) => kind === 'attestation');
    const index = indexOf([
        ...images.map(({ manifest }) => withAnnotations(manifest.descriptor, descriptorAnnotations)),
        ...attestations.map(({ manifest }) => manifest.descriptor),
    ], annotations);
    const { digest } = index.descriptor;
    if (targets.length === 0) {
        core.notice(`The merged index is ${digest}. It is not pushed, for that is not asked for: 'push'.`);
        return { digest, pushed: false, images: [], tags: [], transfers: [], bytesUploaded: 0, bytesPushed: 0 };
    }
    const report = await push([...images, ...attestations], index, targets, client);
    return { ...report, pushed: true };
}
/** Variants count for nothing: conda packages are for an architecture. */
function refuseMissing(images, platforms) {
    const found = images.map(({ manifest }) => manifest.descriptor.platform);
    const missing = platforms.filter(({ architecture }) => !found.some((its) => its?.architecture === architecture));
    if (missing.length === 0)
        return;
    const names = found.map((its) => `${its?.os ?? ''}/${its?.architecture ?? ''}`);
    throw new UserError(`none of the images to merge is for ${missing.map(formatPlatform).join(' or ')}; they are for ${names.join(', ')}`, { at: { input: 'platforms' }, advice: 'Did the job that makes it fail?' });
}
function refuseDuplicates(images) {
    const byPlatform = Map.groupBy(images, ({ manifest: { descriptor } }) => Object.values(descriptor.platform ?? {}).join('/'));
    for (const [platform, [first, second]] of byPlatform) {
        if (!first || !second)
            continue;
        throw new UserError(`two images are for ${foreignText(platform)}: ${first.name} and ${second.name}`, {
            advice: 'Give one image for each platform.',
        });
    }
}

;// CONCATENATED MODULE: ./src/outputs/outputs.ts
/** The door of this folder: the places where an image can go. Each takes the same data. */









;// CONCATENATED MODULE: ./src/execute/engine-session.ts







/** What errors are about. */
const executorInput = 'executor';
/** What the names begin with of all that an engine is given. */
const namesBegin = 'micromamba-image-execute';
/**
 * Removes what a session has left whose process was killed: its containers, of which one may still run, and its images.
 * @returns what the engine said where that was not possible
 */
async function removeRemains({ program, tag }, environment = process.env) {
    const engine = engineCommand(program, environment);
    const problems = [];
    const run = async (...args) => {
        const { ok, stdout, stderr } = await engine.run(args);
        if (!ok)
            problems.push((0,foreign/* foreignText */.qk)(stderr) || `${program} ${args[0] ?? ''} failed`);
        return stdout.split('\n').filter(Boolean);
    };
    const containers = await run('ps', '--all', '--quiet', `--filter=name=${namesBegin}-${tag}-`);
    if (containers.length > 0)
        await run('rm', '--force', '--volumes', ...containers);
    const names = `--filter=reference=localhost/${namesBegin}:${tag}-*`;
    const images = await run('images', '--format={{.Repository}}:{{.Tag}}', names);
    // The last one first, as far as their numbers tell, since each is the ground of the next.
    const number = (image) => Number(image.slice(image.lastIndexOf('-') + 1));
    if (images.length > 0) {
        await run('rmi', '--force', ...images.sort((a, b) => number(b) - number(a)));
    }
    return problems[0];
}
/** Who speaks to the engine, and takes away at the end whatever it was given. One command at a time. */
class EngineSession {
    engine;
    kind;
    #name = namesBegin;
    #tag = randomBytes(8).toString('hex');
    #images = [];
    #containers = new Set();
    #notCancelled = onCancel(() => this.close());
    #count = 0;
    #isClosed = false;
    #underWay = Promise.resolve();
    constructor(engine, kind) {
        this.engine = engine;
        this.kind = kind;
    }
    /** What `removeRemains` needs. */
    get remains() {
        return { program: this.engine.program, tag: this.#tag };
    }
    /** The name of an image that is about to be made. */
    nextImage() {
        // Of this machine for both engines: docker's `docker.io` would be another's.
        const tag = `${this.#tag}-${this.#count++}`;
        const reference = { registry: 'localhost', repository: this.#name, tag };
        this.#images.push(formatReference(reference));
        return reference;
    }
    /** The name of a container that is about to be made. */
    nextContainer() {
        const name = `${this.#name}-${this.#tag}-${this.#count++}`;
        this.#containers.add(name);
        return name;
    }
    /**
     * Does something that may make an image or a container, of which the end is awaited before all is taken away.
     * @throws Error once this is closed
     */
    async during(work) {
        if (this.#isClosed)
            throw new Error('the commands of a cancelled job are not run');
        const working = work();
        this.#underWay = working;
        return working;
    }
    /** @returns what it writes @throws UserError when it fails */
    async succeed(args, feed) {
        const { ok, stdout, stderr } = await this.during(() => this.engine.run(args, feed));
        if (!ok)
            throw engineFailure(this.engine, `${args[0] ?? ''} failed`, stderr, executorInput);
        return stdout;
    }
    /** The file system of a container that has ended. */
    async *export(container) {
        const child = this.#startExport(container);
        try {
            const ended = endOf(child);
            ended.catch(() => undefined); // awaited below, unless the tar itself is at fault
            yield* readLayerTar({ mediaType: '', open: () => Promise.resolve(child.stdout) });
            this.#checkExport(await ended);
        }
        finally {
            child.kill();
        }
    }
    /** Makes an image with a single layer of what a container has. */
    async flatten(container, platform, image) {
        await this.succeed(['import', ...platform, '-', image], async (stdin) => {
            const child = this.#startExport(container);
            const ended = endOf(child);
            child.stdout.pipe(stdin);
            this.#checkExport(await ended);
        });
    }
    async removeContainers() {
        const names = [...this.#containers];
        if (names.length === 0)
            return;
        // Some may not have been made: whether that is an error differs between engines.
        await this.engine.run(['rm', '--force', '--volumes', ...names]);
        if (!this.#isClosed)
            this.#containers.clear();
    }
    /** Removes containers, running or not, and images. */
    async close() {
        if (this.#isClosed)
            return;
        this.#isClosed = true;
        await this.removeContainers();
        // What was being made until now.
        await this.#underWay.catch(() => undefined);
        await this.removeContainers();
        // The last one first, since each is the ground of the next.
        if (this.#images.length > 0)
            await this.engine.run(['rmi', '--force', ...this.#images.toReversed()]);
        this.#notCancelled();
    }
    #startExport(container) {
        const args = ['export', container];
        const child = this.kind === 'podman' ? this.engine.startPiped(args) : this.engine.start(args);
        child.stdin.end();
        return child;
    }
    #checkExport({ code, stderr }) {
        if (code !== 0)
            throw engineFailure(this.engine, 'export failed', stderr, executorInput);
    }
}
async function endOf(child) {
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    const [code] = (await once(child, 'close'));
    return { code, stderr };
}


/***/ })

};
