export const id = 130;
export const ids = [130];
export const modules = {

/***/ 130:
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
async function findEngine(environment) {
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
