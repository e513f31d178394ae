import { describe, expect, test } from '@jest/globals'
import { readRequirement, RequirementProblem } from '../../../src/environment/pip/requirement.ts'

describe('what pip reads', () => {
  test.each([
    // PEP 508
    ['flask', { kind: 'index', name: 'flask' }],
    ['Flask_SQLAlchemy==3.0', { kind: 'index', name: 'flask-sqlalchemy' }],
    ['zope.interface >= 5, < 7', { kind: 'index', name: 'zope-interface' }],
    ['requests[security,socks]~=2.31', { kind: 'index', name: 'requests' }],
    ['requests [security]', { kind: 'index', name: 'requests' }],
    ['torch==2.1.0+cu121', { kind: 'index', name: 'torch' }],
    ['mpmath===1.3.0', { kind: 'index', name: 'mpmath' }],
    ['foo (>=1,<2)', { kind: 'index', name: 'foo' }],
    ['foo!=1.*,>=0.5', { kind: 'index', name: 'foo' }],
    ['foo==1!2.0', { kind: 'index', name: 'foo' }],
    ["foo>=1; python_version < '3.12' and extra == 'x'", { kind: 'index', name: 'foo' }],
    ["foo;sys_platform=='linux'", { kind: 'index', name: 'foo' }],
    ['foo;', { kind: 'index', name: 'foo' }],
    ['foo==1 --hash=sha256:abc --hash=sha256:def', { kind: 'index', name: 'foo' }],
    ['foo==1 --config-settings a=b -C "c=d e"', { kind: 'index', name: 'foo' }],
    // Addresses
    ['https://h/a/My_App-1.0-py3-none-any.whl', { kind: 'url', name: 'my-app' }],
    ['https://h/a.zip#egg=app&sha256=00', { kind: 'url', name: 'app' }],
    ['https://h/a.tar.gz', { kind: 'url' }],
    ['app @ https://h/a.zip', { kind: 'url', name: 'app' }],
    ["App[x]@https://h/a.zip#sha256=00 ; python_version > '3'", { kind: 'url', name: 'app' }],
    ['git+https://github.com/o/app.git@v1.0#egg=app', { kind: 'vcs', name: 'app' }],
    ['git+https://github.com/o/app#egg=app[x]&subdirectory=y', { kind: 'vcs', name: 'app' }],
    ['git+ssh://git@github.com/o/app.git', { kind: 'vcs' }],
    ['app @ git+https://github.com/o/app@main', { kind: 'vcs', name: 'app' }],
    ['hg+https://h/app', { kind: 'vcs' }],
    ['svn+svn://h/app', { kind: 'vcs' }],
    // What is on disk
    ['.', { kind: 'path', path: '.' }],
    ['./pkg', { kind: 'path', path: './pkg' }],
    ['../pkg[x]', { kind: 'path', path: '../pkg' }],
    ['libs/pkg', { kind: 'path', path: 'libs/pkg' }],
    ['my_app-1.0-py3-none-any.whl', { kind: 'path', path: 'my_app-1.0-py3-none-any.whl', name: 'my-app' }],
    ['dist/app-1.0.tar.gz', { kind: 'path', path: 'dist/app-1.0.tar.gz' }],
    ['file:///srv/my%20app', { kind: 'path', path: '/srv/my app' }],
    ['file:./pkg', { kind: 'path', path: './pkg' }],
    ['app @ file:///srv/app', { kind: 'path', path: '/srv/app', name: 'app' }],
    // Editable
    ['-e .', { kind: 'editable', path: '.' }],
    ['-e flask', { kind: 'editable', path: 'flask' }],
    ['-e.', { kind: 'editable', path: '.' }],
    ['-e ./pkg[dev]', { kind: 'editable', path: './pkg' }],
    ['--editable=pkg', { kind: 'editable', path: 'pkg' }],
    ['-e "my pkg"', { kind: 'editable', path: 'my pkg' }],
    ['-e git+https://github.com/o/app.git#egg=app', { kind: 'editable', name: 'app' }],
    ['-e git:https://github.com/o/app.git', { kind: 'editable' }],
    ['-e app @ git+https://github.com/o/app.git', { kind: 'editable', name: 'app' }],
    // Options
    ['-r requirements.txt', { kind: 'option', requirements: 'requirements.txt' }],
    ['-r file:///srv/a%20b.txt', { kind: 'option', requirements: '/srv/a b.txt' }],
    ['-c file:./c.txt', { kind: 'option', constraints: './c.txt' }],
    ['-rrequirements.txt', { kind: 'option', requirements: 'requirements.txt' }],
    ['--requirement=a/b.txt', { kind: 'option', requirements: 'a/b.txt' }],
    ['-c constraints.txt', { kind: 'option', constraints: 'constraints.txt' }],
    ['--constraint constraints.txt', { kind: 'option', constraints: 'constraints.txt' }],
    ['-i https://h/simple', { kind: 'option' }],
    ['--index-url https://h/simple --extra-index-url https://i/simple', { kind: 'option' }],
    ['--extra-index-url=https://download.pytorch.org/whl/cu121', { kind: 'option' }],
    ['--find-links https://data.pyg.org/whl/torch-2.1.0+cu121.html', { kind: 'option' }],
    ['-f ./wheels', { kind: 'option' }],
    ['--no-index', { kind: 'option' }],
    ['--pre', { kind: 'option' }],
    ['--prefer-binary', { kind: 'option' }],
    ['--no-binary :all:', { kind: 'option' }],
    ['--only-binary=numpy', { kind: 'option' }],
    ['--require-hashes', { kind: 'option' }],
    ['--trusted-host h:8080', { kind: 'option' }],
    ['--use-feature=fast-deps', { kind: 'option' }],
    // What a later pip may know; it is pip that judges.
    ['--only-final :all:', { kind: 'option' }],
  ])('%s', (text, expected) => {
    expect(readRequirement(text)).toEqual(expected)
  })
})

describe('what nobody reads, and what was probably meant', () => {
  test.each([
    ['openeo=0.22', "'=' is conda's", 'openeo==0.22'],
    ['numpy=1.2', "'=' is conda's", 'numpy==1.2.*'],
    ['numpy = 1.2', "'=' is conda's", 'numpy==1.2'],
    ['pkg[x]=1', "'=' is conda's", 'pkg[x]==1'],
    ['numpy=1.2.*', "'=' is conda's", 'Write numpy==1.2.*'],
    ['numpy=1.26.4=py312h1', 'no builds', 'numpy==1.26.4'],
    ['numpy==1.26.4=py312h1', 'no builds', 'numpy==1.26.4'],
    ['conda-forge::numpy', "conda's way", "out of 'pip:'"],
    ['numpy 1.2', 'no operator', 'numpy==1.2'],
    ['numpy=>1.2', "'=>'", 'numpy>=1.2'],
    ['numpy>=1 <2', 'no comma', 'numpy>=1,<2'],
    ['numpy==', 'no version', 'numpy'],
    ['"flask>=1"', 'quotes', 'flask>=1'],
    ['pip install flask', 'a command', 'flask'],
    ['flask,jinja2', 'several', 'a line of its own'],
    ['flask jinja2', 'several', 'a line of its own'],
    ['git://github.com/o/app', 'git+', 'git+https://github.com/o/app'],
    ['https://github.com/o/app.git', 'git+', 'git+https://github.com/o/app.git'],
    ['git+git@github.com:o/app.git', 'no address', 'git+ssh://git@github.com/o/app.git'],
    ['app @ ./dist/app-1.0.whl', 'no address', './dist/app-1.0.whl'],
    ['-e https://h/a.zip', 'editable', 'git+'],
    ['-r', 'names no file', undefined],
    ['-r a.txt -r b.txt', 'first', 'a line of its own'],
    ['-e a -e b', 'first', 'a line of its own'],
    ['--no-deps', 'no option of a list', undefined],
    ['-U flask', 'no option of a list', undefined],
    ['--hash=sha256:abc', 'belongs to', undefined],
    ['foo==1 --global-option="-q"', 'of no use', '--config-settings="--global-option='],
    ['-e . --global-option=-q', 'of no use', '--config-settings'],
    ['foo --install-option=--x', 'of no use', '--config-settings="--build-option='],
    ['*', 'cannot be read', undefined],
    ['-e', 'names nothing', undefined],
    ['-r file://host/a.txt', 'no file of this machine', 'file:///path'],
  ])('%s', (text, what, advice) => {
    let problem: unknown
    try {
      readRequirement(text)
    } catch (error) {
      problem = error
    }
    expect(problem).toBeInstanceOf(RequirementProblem)
    expect((problem as RequirementProblem).message).toContain(what)
    if (advice !== undefined) expect((problem as RequirementProblem).advice).toContain(advice)
  })
})
