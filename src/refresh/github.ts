import { setTimeout } from 'node:timers/promises'
import * as core from '@actions/core'
import { getOctokit } from '@actions/github'
import { isTransient, pause } from '../common/http.ts'
import { fetchFromGitHub } from './github-fetch.ts'
import { explain, isGraphqlFailure, isRequestFailure, messageOfAnswer } from './github-failure.ts'
import { longestWait, rateLimitSeconds } from './rate-limit.ts'
import type { Repository } from './types.ts'

export type Octokit = ReturnType<typeof getOctokit>

/** The repository by GitHub's API, at `GITHUB_API_URL`. */
export interface GitHub {
  readonly octokit: Octokit
  /** Where that is, for errors. */
  readonly origin: string
  /** For the parameters of each request. */
  readonly place: { readonly owner: string; readonly repo: string }
  /** Does one thing. @throws UserError that explains the answer, when GitHub refuses it */
  readonly attempt: <T>(what: string, work: (octokit: Octokit) => Promise<T>) => Promise<T>
}

/** How often a request is sent. */
const tries = 4

export function connect(token: string, { owner, repo }: Repository): GitHub {
  const octokit = getOctokit(token, { request: { fetch: fetchFromGitHub } })
  octokit.hook.wrap('request', async (send, options) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await send(options)
      } catch (error) {
        if (attempt === tries || !(await waited(error, attempt))) throw error
      }
    }
  })
  const { origin } = new URL(octokit.request.endpoint.DEFAULTS.baseUrl)
  return {
    octokit,
    origin,
    place: { owner, repo },
    async attempt(what, work) {
      try {
        return await work(octokit)
      } catch (error) {
        throw explain(error, what, { repository: `${owner}/${repo}`, origin })
      }
    },
  }
}

/** Waits until the request may be sent again; false when there is no use in that. */
async function waited(error: unknown, attempt: number): Promise<boolean> {
  if (!isRequestFailure(error)) return false
  const seconds = rateLimitSeconds(error.status, error.response?.headers ?? {}, error.message)
  if (seconds !== undefined) {
    if (seconds > longestWait) return false
    core.info(
      `GitHub asks to wait ${seconds} s: ${error.status} for ${error.request.method} ${error.request.url}`,
    )
    await setTimeout(seconds * 1000)
    return true
  }
  // What was just made is not everywhere at once.
  const isNotYetThere = error.status === 422 && error.message.includes('Could not resolve to a node')
  if (!isTransient(error.status) && !isNotYetThere) return false
  await pause(attempt)
  return true
}

/**
 * What a request gives, or undefined when there is no such thing: GitHub says so in words of its own, and whoever else answers 404 does not know.
 * @throws what else it throws
 */
export async function unlessMissing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request
  } catch (error) {
    const isMissing =
      isRequestFailure(error) && error.status === 404 && messageOfAnswer(error.response?.data) !== undefined
    if (isMissing) return undefined
    throw error
  }
}

export { isGraphqlFailure, isRequestFailure }
