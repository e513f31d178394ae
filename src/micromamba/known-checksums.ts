/**
 * The sha256 of micromamba's release binaries, by version and subdir. `script/update-checksums` adds what the `.sha256`
 * files of a release say; one that is here never changes.
 */
export const knownChecksums: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '2.9.0-0': {
    'linux-64': '366cd9cd8be14df1ab8ed50352a82111082a36686b2d389fdb79a92c3fafb3e3',
    'linux-aarch64': '9f93b974adcb4d166996af969b6cd371287d1a3e52733704727884d9b74cb7a7',
    'linux-ppc64le': 'af28181e62239dcc94ae23eefac3dce24b3d7b17a769810cbee99b183333f9a3',
    'osx-64': '1e71054bb3ac9a076e21f7ec48acfef536f9b3f1408f371a942784bf5ef83d8a',
    'osx-arm64': 'ec2a072f028e1a7cf20f3e2e74d5a8127cf5a5f27636375b5359811565f4e5be',
    'win-64': 'a6d804394b2418991c4e29562853eaace2f2ce9d9da661a98e74e02e8dbb44b0',
  },
  '2.8.1-1': {
    'linux-64': '77b7790ec97f64581118f103585b175df4306f95829b0fa6bfe4a19cc88a1182',
    'osx-64': 'd6fce18e56d7c6bf2331b0ee1b372a581c70f09b509cc9e924cdd131e053b58a',
    'osx-arm64': '9618a2866a2ffb3d36b55e9520f64d63dcd6dc2e622a351ca3cbe8e2cc90c757',
  },
  '2.8.1-0': {
    'linux-64': '9689782d863c05a1bf5d2d371ba527104e7a4eb4310c1637d8653b751aed9c82',
    'linux-aarch64': 'e5ba23b5945aa49dfd11022e592a510d2686a8feee810e00140b73c9fdf0ba2a',
    'osx-64': 'b2bd613791c0a524883d7cb66505d630bf15badd1f492bc93ba78550a3a1a94b',
    'osx-arm64': 'de71a646b73af92dd663e6ddc78993a6a4d47ea28b5d8908c3cc2b9c3077e528',
  },
  '2.8.0-0': {
    'linux-64': 'd4f5869b8b5b8e4e8b10375d84ae998edb3f4b439e05228fc5099082935a75ec',
    'osx-64': '69ec57c11c1b870418aaca6ed117433c0ed11a356cfb362d0d8b719d176c95e3',
    'osx-arm64': '0ddba9c7a4e7dd3c5a201eae4ed78da45085537c9f9165c35ad3da4b666219ba',
  },
  '2.7.0-0': {
    'linux-64': 'fb4554d61a1c567726890169e39c41aa8495dbba56f50957ee7356572b6c5726',
    'osx-64': 'adabc94c67fc0b1389c33cf843040bebe12e46c4fcfb50d3d23e23f742f4032a',
    'osx-arm64': '98cd54c149732138e94d123941c6e603ac296b9f74001d02c70129cbcd0d73af',
  },
}
