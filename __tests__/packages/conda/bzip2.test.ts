import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { bunzip2, Bzip2Error } from '../../../src/packages/conda/bzip2.ts'

/** Bytes without a pattern, the same every time. */
function noise(length: number): Buffer {
  let state = 1
  return Buffer.from(
    Array.from({ length }, () => {
      state = Number((BigInt(state) * 1103515245n + 12345n) & 0x7fffffffn)
      return (state >> 16) & 0xff
    }),
  )
}

/** Made by bzip2 1.0.8, the command beside each; what came in is made again here. */
const samples = {
  // bzip2 -9
  empty: {
    packed: 'QlpoORdyRThQkAAAAAA=',
    plain: Buffer.alloc(0),
  },
  // bzip2 -9
  one: {
    packed: 'QlpoOTFBWSZTWXdLsBQAAAAAgABAIAAhGEaC7kinChIO6XYCgA==',
    plain: Buffer.from('x'),
  },
  // bzip2 -9
  text: {
    packed:
      'QlpoOTFBWSZTWXcoo9UAAlpZgAAQQAR/4CNnzAAwAZZgINMgU/UiowAFT8FQaAAAhVNQAAMI2ALsq1BTpAU4CqOApwFBwJOAouBbt2+yxjGMcvFE1TVFFNVRFVFUUVVFRVRVVU0UFBEkYBMGCQTBI3TzvKb8z/d6+nhoNtNp22+nuOi5OtrG23aYxvsCIj0AiIIERH/qAa7786qn5kqsweTPkF5oM1wXmPHYhGAiIsHhiBM5lYQamYCIvUFbNCogZxDdPV7cEiA7UYlGXwSp5wEbda9oGupi5QRAw1aBETd1lokSQElAdcBW3BjVWbJvK2ULCGra0FOpzJusFLFs5fM5IKvbBDL6volFlqCuYK/AV/AroCuwK5ArsCuYK6ArqCvQFdgVgFf4u5IpwoSDuUUeqA==',
    plain: Buffer.from(Array.from({ length: 60 }, (_, i) => `line ${i} of the sample, ${i * i}\n`).join('')),
  },
  // bzip2 -9: runs of every length up to 599, the limits at 4 and 259 among them
  runs: {
    packed:
      'QlpoOTFBWSZTWRHlISsAAPb////////////////////////////////////////////4UAXWO7ye2ErRdlrE8Bgaaqo0AHpAP1QADagG1AAAAAAB6mgAAAfmVTQaANlANDQeoDTQ00ABo9QAPUNANANDQNA0NNAABDVVAA/yqDQepoAaNAAGIANAaBtQYagAAH+qP9VJkGTQBppoAGg0ADQZANNANNAAGhoAaZpADRoGmjQqlAP/0qpN/5VRM9RH//qqqZMmmBNMJo0aNDTTCYTRgmJiMBBkMIGCaGmTBNNNDEYmmJphMEMBMmACMjQ0MjJkwTJgg00NGDTVUjIDygDygAAAaAAAAAAAAaAbbVT9U/1UAAAAaANGgAAAAAAAAAAAD/VQAGhoaP9VBIqpT9U9Q0PyUP9VHsqAA9QDagAANAAHpAABoNGn/qqftlT1UAA9T1PU0ABoeoAAAAADQAAA9TQPUB+qA9RkAGn+qja5vVxur3dHh8eLw+3m9NlreVrarXfFrvq135Sr+pT0pT2pT4pT6pTZSh3Hcdx3CIIgiCIIiCIIgiCIIiCIIgiCIHcdx3Hcdx3Hcdx3HcdwiCIIgiCIgiCIIgiCIgiCIIgiB3HcdyhSlKY0QpFcIekXU4kxR3R6h9pmxpxs5fG95LUcHtfKFrVyoD8IABNzSDUCiIjcAI2FiIckQBGOLsxBemOMkaubacCYE5KG23K70nsW6wxlcQBjNSttLehtJLXQFcG4sx7NcfHvoX2rybwniPanvbi9kv8Hu/P+LK7nj+NuRJV2klqL0p6EwSvAFcHBM4pm3l2dcd8XxjzJm+nGnLlzpImMjfHKYeDdMMBERHBbmrEBEwaIEL+IMiFIuBhzFF6eoZAyhZOYOiLnWbnkdfy/LKu4dgBERwW5zIIjODMyNKMSAkBNQgQIECBAgQIG224fQkpWZ0Goiq4JLUHpL5dglfpClcEmSZjXJycnJycnJycnBRUY+7kj9NHq4lgBERwW5hiAiQqIEafw0Q0Rcy0Wi0Wi0Wi0Wi0b1uuNG9/1fXVRG3YAREcFuXhARHQAeFEAXNgshZF1KysrKysrKysrN84HL63h9n2iIt4wAiJUTSigRHYAfiiAKbBRCiLoVFRUVFRUVFRUb29fR0hJfeL3ulYAkrt3TQlkQKjSCisUMoZuDodDodDodDodDoe85P1cL6MT+u98PoK4JK7d00JZECo0gvaxesvWY13rvWyWSyWSyWSyYJ92I+Rk/y95LxgBESBMAUCI6AD8UQDINiTJMvHJycnJycnJycnP63v4f25b/PM9DBrgkrt3TQjhjNQnoMyJKKSAkBNQgQIECBAgQPw68l5ZX4TM32O3g1wSV2xJYCVV1GkEaxFkWXji4uLi4uLi4uy/bynzfZ+X75f3sLBrgksWxJYCVV1GkEaxFkWXji4uLi4uLi4uy8ph/X+GW/n/vlw8GuCSxbElgJVXUaQRrEgJATUIECBAgRJ0gfh6m/v+n3mm7fXzlCaERmdfBGZwyI9MIUQBcIFkLIvBWVlZWVla4JZdPr9/zi4yNYyKkAfAknp9sJLlhZ46rt2kE+ZE7OBZO53O53O53PPbTvh3iZX9f4/vL2rXS59iq4km0JK/Fcuq7dpBZtyyzgGWW6XS6XS6XXYJ0qMX+Iz9xv+YzPy6Qh+AiIMciPi9MIUCCDYCYCxAJgYGBgYGBgYGDIia/k3/f9ONJeX1rQjIzLOkRPDHCgQPFEKIhiFFRUVFRUQoqMOWta1rWMZE4J+EJF8BVdRoRVgyDMcyDg4ODg4Mg4PIOmmmmmm1atZLFXIJJsSV8Bm7qNCKkGQZjmQcHBwcHBkHB5B0000002rVrJZ7XElmzQkr4Cq8xaEVIMgRdCFFRUVFRUQoqMAta1rWsYyJlsifgIiCIQB6YMoiCOhwhwiGIcLhcLhcLheGAYBhy1rWtaxjIh+EEyZKgTnwfSsd+rF+pV1XZqmIdsY2FbCNf2a7NZm7Vqg3hq1KuKqIQhCEIQhCEIGGGGGYYYYYQhCEIQhCEIQhCBhhhhmGGGGEIQhCEIQhCEIQgYYYYZhhhhhCEIQhCEIQhCEIGGGGGYYYYYQhCEIQhCEIQhCBhhhhmGGGGEIQhCEIQhCJspkpTZTJSmylKU2UpSmylKU2QEwBMATAEwBMATAGdAGcgGcAFwATAEySbJkBMgJkBYQFhAN2BBYEFgQf+LuSKcKEgI8pCVg=',
    plain: Buffer.concat(Array.from({ length: 600 }, (_, i) => Buffer.alloc(i, 65 + (i % 26)))),
  },
  // bzip2 -1: one block of two million equal bytes
  zeros: {
    packed: 'QlpoMTFBWSZTWYK4WkIAD1HgAMAAAACACCAAMMwJqmmKkhtVKSHi7kinChIQVwtIQA==',
    plain: Buffer.alloc(2_000_000),
  },
  // bzip2 -1: four blocks
  blocks: {
    packed:
      'QlpoMTFBWSZTWaFQu3EAAAB/////////////////////////////////////////////4AZ/AAAAAAAACTAATAAEwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAASYACYAAmAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACTAATAAEwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAASYACYAAmAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACTAATAAEwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACkqqoAAAAAAAAAAAAAAAAAAAAAAAAADQAAAAAAAAAAAAAAAB5f/Egv87SC/1soL/cgv+bSC/7soL/yguESC4TtILhWyguFyC4ZtILhuyguHKC4fILiG0guI7KC4lILie0guKbKC4qoLi0guL7SC4xsoLjMguNbSC43soLjiguOyC49tILj+yguQSC5DtILkWyguRqC5JILku0guTbKC5PILlG0guU7KC5UoLlcguWbSC5bsoLl0guX7SC5hsoLmKguZSC5ntILmmyguayC5ttILm+ygucKC5zILnW0gud7KC55ILnu0gufbKC5+oLoEgug7SC6FsoLocguibSC6LsoLoygujyC6RtILpOygulSC6XtILpmygumqC6dILp+0guobKC6jILqW0gup7KC6ooLqsgurbSC6vsoLrEgus7SC61soLraguuSC67tILr2yguvyC7BtILsOyguxKC7HILsm0guy7KC7NILs+0gu0bKC7SoLtUgu17SC7ZsoLtsgu3bSC7fsoLuCgu4yC7ltILueygu6SC7rtILu2ygu7qC7xILvO0gu9bKC73ILvm0gu+7KC78oLv8gvAbSC8DsoLwUgvB7SC8JsoLwqgvDSC8PtILxGygvEyC8VtILxeygvGKC8bILx20gvH7KC8hILyO0gvJbKC8moLykgvK7SC8tsoLy8gvMbSC8zsoLzSgvNyC85tILzuyguAUFwEgvPbKC8+oL0EgvQ7SC9FsoL0agvSSC9LsoL0ygvTyC9RtIL1OygvVKC9XIL1mygvWqC9dIL1+0gvYbKC9ioL2UgvZ7KC9ooL2sgvbbSC9vsoL3CgvcyC91soL3agveSC97tIL32ygvfqC+BIL4OygvhKC+GoL4lQXxagvjKC+OoL5FQXyagvlKC+XUF8yoL5qgvnKC+fUF9CoL6KgvpVBfTqC+ooL6qgvrVBfXqC+woL7NQX2qgvtqC+4oL7tQX3qgvvqC/BUF+GoL8SgvxqC/JUF+WoL8ygvz1BfoqC/SoL9Sgv11BfsqC/aoL91QX76gv4KC/ioL+VQX86gv6KC/rUF/aoL+6gv8KC/zUF/qoL/agv+VBf9qC/8oL/5igrJMprM3c96MAPF0/////////////////////////////////////////////8AO/gAAAAAAAAASYACYAAmAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACTAATAAEwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAASYACYAAmAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACTAATAAEwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAASYACYAAmAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAUlVVAAAAAJgAAAAJkwAAAAaAAAAAEwAAAAAAAAAAAAAAAAAADQNOBcDiC/w2oF/ltQL/TYgv9tiC/42oFwTYguGNiC4a2oFw5tQLh7YguINiC4i2oFxJsQXE2xBcUbUC4q2oFxZsQXF2xBcYbUC4y2ILjTYguNtqBccbUC462ILjzYguPtqBcgbEFyFsQXIm1AuRtqBckbEF/42ILkragXJmxBcnbEFyhtQLlLagXKmxBcrbEFyxtQLlrYguXNiC5e2oFzBtQLmLYguZNiC5m2oFzRsQXNWxBc2bUC5u2oFzhsQXOWxBc6bUC522ILnjYguetqBc+bUC5+2ILoDagXQW1AuhNiC6G2IL/1tQLojagXRWxBf/NqBdGbUC6O2ILpDYguktqBdKbUC6W2ILpjagXTW1AunNiC6e2ILqDagXUW1AupNiC6m2oF1RtQLqrYgurNiC6u2oF1htQLrLYgutNqBdbbUC642ILrrYguvNqBdfbUC7A2ILsLagXYm1AuAbEF2NsQXZG1AuytqBdmbEF2dtQLtDagXaWxBdqbEF2ttQLtjagXbWxBdubUC7e2oF3BsQXcWxBdybUC7m2oF3RsQXdW1Au7NqBd3bEF3hsQXeW1Au9NqBd7bEF3xtQLvragXfmxBd/bEF4BtQLwLagXgmxBeDbUC//bUC8I2ILwrYgvDIpsSXh1BeIqC8SoLxSgvF1BeMqC8bUF45QXj6gvIKC8ioLyVQXk6gvKVBeVUF5aoLy6gvMKC8zUF5qoLzdQXnFBedqC88FcBlIefUF6CoL0NQXoqgvRqC9JUF6WoL0ygvT1BeoqC9TUF6pQXq6gvWVBetUF66oL19QXsKgvYqC9lUF7OoL2igva1Be2qC9vUF7hQXuagvdVBe7UF7yoL3tQXvqgvfqC+BUF8GoL4SgvhqC+I2IL4rYgvjNqBfHbEF8hsQXyW1AvlNqBfLbEF8xsQXzW1AvnNiC+e2IL6DagX0W1AvpNiC+m2IL6jagX1WxBfWbEF9dtQL7DagX2WxBfabEF9ttQL7jYgvutiC+82oF99tQL8DYgvwtiC/E2oF+NsQX5GxBflbUC/M2oF+dsQX6GxBfpbUC/U2IL9bYgv2NqBftbUC/c2IL97Ygv4NqBfxbEF/JsQX821Av6NqBf1bEF/ZsQX921AuBbEF/hsQX+W1Av9NqBf7bEF/xsQXBNqBcFtIL/pigrJMprPLivVmAFxg/////////////////////////////////////////////8APfgAAAAAAAAAEmAAmAAJgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAkwAEwABMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEmAAmAAJgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAkwAEwABMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEmAAmAAJgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFJVVQAAAATAEwAABMAABGAAAAAAEYAAmAjAaEwAAAJgEwAABPSYAAmADATgrgsgXBmyBcIbIFwtsgXDW0BcObIFxBsgXGLZAuMmyBcaNkC43bIFxy2gLjpsgXHjZAuP2yBcgNkC5CbIFyK2QLkdtAXJDZAuSmyBcmtkC5ObIFyg2QLlNsgXKraAuVmyBcsNkC5bbIF/gbIFy42QLl9sgXMLaAuYmyBcyNkC5nbIFzQ2QLmpsgXNrZAv8baAubmyBc4NkC5zbIFzo2QLnZsgXPLZAue20Bc+NkC5+bIF0C2QLoJsgXQjZAuh2yBdEtoC6KbIF0Y2QLo9sgXSDZAukmyBdKtkC6XbJS4HVE6YbIF002QLp1sgXTzZAuoGyBdRtkC6lbIF1M2QLqhsgXVbZAurGyBdXNkC6xbUC6yoLrVQXW6guuKC67UF16oL/OoL/RQXX6guwVBdhUF2KoLsdQXZKguyqC7NUF2eoLtCgu01BdqqC7XUF2xQXbagu3VBdvUF3CoLuNQXcqgu5qC7pUF3WoLuygu71Bd4qC7zUF3pQXe6gu+VBd9UF36oLv9QXgKgvAqC8FUF4OoLwigvC1BeGqC/1qC/2UF4eoLxFQXiVBeKqC8XUF4yoLxqgvHVBePqC8goLyKgvJGyBeTNkC8pbIF5U2QL/c2QLy1sgXlzaAvMGyBeZNkC81bIF5s2QLzhsgX/FsgX/JtAXnTZAvPGyBeftkC9AbIF6E2QL0VsgXozaAuANkC9IbIF6W2QL0xsgX/RsgXp7ZAvUG0BepNkC9UbIF6u2QL1hsgXrTZAvXWyBevNoC9gbIF7E2QL2VsgXszZAvaGyBe1tkC9sbQF7c2QL3BsgXubZAvdGyBe7NkC95bIF702gL3xsgX/ZsgXv7ZAvgGyBfBNkC+FbIF8M2gL4hsgXxTZAvjWyBf+GyBfHNkC+RbIF8k2gL5RsgXyzZAvmWyBfNNkC+cbIF8+2QL6BtAX0TZAvpGyBfTtkC+obIF9U2QL61sgX1zaAvsGyBfZNkC+1bIF9s2QL/02QLgbZAuAtoC+4bIF/8bIF922QL7xsgX3zZAvwWyBfhtoC/EbIF+M2QL8lsgX5TZAvzGyBfntkC/RbQF+k2QL9RsgX67ZAv/zZAv2GyBfttkC/dbQF+82QL+BsgX8bZAv5GyBfzNkC/pbIF/W2gL+xsgXBGyBcHbIFwhsgXCmyBcNbIFw9tAXEGyBcRbUC/uYoKyTKazIr3g0gAhk/////////////////////////////////////////////+gCDwAAAABJgAJgACYAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAJMABMAATAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABJgAJgACYAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAJMABMAATAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAKVKqJgAGkwTARkwhpowmJgTCGTJpgjIMmgDAAJgAJpiYTCYAJowAACaaYAATI0wjIwEMENGAHsCezUe0o9sT3BPdqPeqMmEyeoyhRlImVCZXUZZUZaJl1Rl6jMBMxEyFRmVR8ETM6jNFGaiZsJm9R8KozgTOajOlGdiZ4JntRn1R8MT4lRn6jQBPiiaDUaFUaGJolR8ZR8cT5Ami1HyajRhPlVHy1GjiaQJpNRpVR8wTS6jTFGmifNE06o0+o1ATUajUlGpifOE1So1Wo1YTV6j56j6FR9HGFGsYxI1nGJH0sYUa1jCjW5H08Yka5jCj6mMSNdxiRr2MKNfxhRsEjYcYkfVxhR9bGJGxYxI2PGFH18YUfYUfZqPtCbJUbLUfbE2ao+5UfdqPvCffqPwVH4RPxVH46jZ6jaBNpqNqqNrE2yo22o26o28TcKjcajchNzqN0qPyVG6ibtUbvUbwJvNRvVRvdRvgm+1G/VG/icBUcDUflqOCE/NUcHUcIJwtR+eo4ao4cTiKjiaj9AnFVHF1HGVHGifpqOOqOPE5Co5Go5Ko5MTlKjlajlhOXqOYqP1VHMifrqP2VHNCc3Uc5Uc7Uc8Jz9R0FR0InRVHR1HSVHSidNUdPUdQJ1NR1VR1dR1gnW1H7ajrhP3VHX1H76jsBOxqOyqOzE7So7Wo7ao7cTuKjuajuhO7qO8qO9qO+E7+o/hUeAJ4NR/Go/lUeEJ/Oo8Oo8QTxYPRwv6VH9ajxxPIqP7VH9xPJE8qo8uo8wTzajzqjzxP8Cf5qP9VHoCejUZBR6QnpiepUf7qP+Cf9qPVUf+E/+J61R69R7Ans1HtKPbE9wT3aj3qj3xdyRThQkD62Y5kA==',
    plain: Buffer.from(Array.from({ length: 310_000 }, (_, i) => (i * 7 + (i >> 9)) & 0xff)),
  },
  // bzip2 -9: all byte values, codes of many lengths
  noise: {
    packed:
      'QlpoOTFBWSZTWTEaa9EABI//////////////////////////////////////////////4Ae/S7ua7O9PZe97e83327dt5vjvdRvr70+7vIU08ib1JtMp6NMT1HqemhPSn6RH5Jk0yT2U0nsppptER7Sj0PUn6h6mh6ho9I2Inqm00GKPTakbamQyaD0NBNpNTxPVP9STeppoyHphQ2Rqeo8Q1NpiGp+oNE9DJRIDTJppgmT1DNEDR5R4oyPJDR6Tyaj0mTIB6ngobSAaHqPUPQmaT0QPU2hMgNDym00g08FNoYmoPSaMjyj1NhqgPCgek0ep6mjJptT0ICE2mpppibJPUwTEYTZNTTCep6NTAjEMIyZpMTBpNoIeiaeghpo02jTSeUaPQammnpkTZMjU8ibUaYE0aZpoRkaZMmJgmjCG1PSaaZGRkSZGhoGmah6agyZMjRobKep6NJ5RpoYJptJ5TYaKekZqeo8TJP1I9Tamnk9UNHkTR6TEZNPUyNNNB6mmanqaaNqekaGmh6ZE9Q0ABk9Q/VD1D9SNMjT0ggmaBPSbQE02jUxGmAGFNoNJ4QhtJptqNCZMAnoEwCYjE09RkxMExMQaYCMAJtBNGQehpMEYNT1MAAIGjGptCGmQ6ntU9MoejRqNN6mhkyGkNomjyTINPIEyDRkAyD0001A2kDeqDEyNoBA9E9QZqabUDTJ6bVMQxpGgbUeoeoNqaeUZNGjDKBp6maZQNDaYZSuQtkPD2tStglCBR5F37AgbII3HLCtIdjCL1yS3dG6albUVz7UvyVt85fLVT4PhcATLcLHFm5hgf4raOMifRw8gItt1x31dBiP2DM0qynsGEtSc8EIiaC53kJ082qDtGI+4ufOSD5jtwcYV+cZPyRt9HpDxBFknXzQaqNNuuk3krLUZQJgyfwYrsefA1tecB5tBuC1yhuiBJ9ft2wtsmM8o6JEp5l/zwwZf9L+8aDOJgH0UNwY9VZVITIqJn0FNziseRSKopJeDuveohIAwXCqEwFx0T2wUgjhyl/lkZpDHs/j9Nnwn9MXY0ciLug1WyjF8aNtwbL4UMERvIDlwJg35JlJXccDNxnJPtc7aCERMbEsZK2k6zmRCCki+fPTSMGjXRJKwimLNqhEwzD0ZOnjqLmt7lPVvJxTt4vPWWfFJaWb2w53hRuIQnSmq7mK29dD/lBo1dbsFWiS/cyZngfLzvV+1PM3YZTpkRHZ5dofvF4CtL1adw+jKhJ1pMaZqXymYiUdWZt2Gq0TcDWSEw6sJoHAl/5hMoQJ3MemZXkGJrfI/qNXZbwQbmZcFTg6mBPnWR/ZSJqT2Zz45NR0Mtf9d1gKmg5DdCMp3czsenE18RDz24Ub3mRNZqBibwXKs9ePU4qSbcVraHMJax19kWOnDZJOBUfyMXsdqgqDgqWHf87EWESmtKxvcyh8WwxYHmkkZrgTybRIbqkbSo7ItXaczmYj8ae3icDm3NEUknJaiss5+rIlPsWYfkSWkmtr9DnBl9S4GynM1CYzX12yKtTALlujc8A1LB1eGSs2TdNeuZH9kpRDmiMzYVqxHeSpYPtJ7POwdzs8qNn5up/FqdTBYVkZRLJOlmUq2lOEL41dzscP/vnkZXU4xMjJjmcO0Je2ys7GWYROFEDMm313i6pfzIcaTeU33MV6iBa4TT1mqijeHDsZv0UbLYGqy2pwpaImdfVJBL2qaJwG4KmGpZzLB0UxvsleI5YAVbPgjlKCz1hw5ws1+VRzaiccQXDTk1Yyne80QIFXHBwz8rVIa1x8aV+UCpvd2zDT1j05XUJqPghpJZU5htbuStOuWRjomOuDvTrtbY+J5RuNpADGIpPub0pO/MRlkQH6/uKGcw7BshjGB0LXwMlxGjF7dAhUlmWyX2FxpVqUbk0yfdc9KC6y4D+5kUyDZv/j3hDUIo97vIokrTZo+JZOYycJp9lDVJYGyHLUX2ePFQFRlF2PKZz0i3PJcivpVtef1q8ghYs9LPqDNuOpZoCRVX9iEEQCjT8AuGDNOmHdgEJNXRgbukLzB8NdXE/i5ekCmtZoGZ38hUM28avpNa+FZniJmFlO0qo0xsOz/vO4H3mYbe8SBNGRHqwWmQeXf8ykdksZh6Ti7/Zw3pAZZw726azJv9KrU3ura2ANAqom6DMjhiAPFlAi8epjemNxRS5qY0aMY1Odpk6MtSBrQTmixyrEwfabPPqf3QoXekuYha6O8V2nXiZ6dWCeRWCID/UT/KswhShgXgYGOhO/23dUKg777SSDSKAH6yDjFg8hhI3jpjXxJ4Ft7lDeBNX0o1q4oQYRoj15jqpymKdmZULmEKbkIKZlWp4y7ZYEIIbGXAh2hQkWr9HXNcV4WP0z20joI4+nOBlf9YBwEpV5IFfdhvCwwPrbpxvQFwBfjJbHpZo4x/1WQCzKxfFufgqYQy7+eYMVVN8yoNmnxe6p8pFmmwp6A5heHhxSqVP9qT6X4uTYM9PfjxpR7tTVRlMt3S31bI+J0a7XyckTdtgI0kSPQWhELWhOuKOxxhgA2lVZgyQua7AcqIrUBxmLES3xZxXR8TkFhPcXWy9+WIAT4RpI5lw9kvts6YZOtrGtA56eP1aayLlzMoAesJa+k9QXmE+QzekBFshbbWT0LDkoIEcmEz+4uiWUor/e94ERhlaiFw3WvJY2Dl92JDORrJUUGkWMKT6mApMcWvq74PJCyY4ZWld1v0BCFZJQU12YWv7Wbu16wOiSycMjWWL8f5RHoLsePkbQxJ7wpROLi9MWnLUxp4u7+4T6IEK8W8AyTDNgAait5bl1/qLd4AkKq+2Ln8xBiAg38crbb+80ohaPFiJaIDYf4HeiOwcOsfD4R0qGdqWdXJCK+CRENip+bZ0jtVdLPXVH9tt0ZsX4Evq+6GZMldaQgkQZSIUxKERnwC4f1WEOpf20g8/Upmr+jASUFgkkl6SegnCAz0tGodhzbFmCUnailSlE9PwvIvSdX34j28KG5Xfvtv353jf2a01Z/NEjkq+XTrTC1rQK+wR9f9CzJ/hWKwGCdWHWdw1JnJhYQen+Hk6yFvxJ+w8VHeeh+W/WLOsIHpnDklSc8RcuG3dsImk0TkZuWkTpLUENTBSM6d+tsP9Thswxzs5hvsoBCS+xTse3Uob2ifAgbw5XFPlTimQuhLWaS6Uoij1xg1EKY2lJan56gdtSztXG4ld2KTkKuoBynWKILeLVuWCWexAMIE/mjcp27JSc0O6XxBQ9UL+dRRbMfDdIrOLQuIFGcv4Zq5pOCZOQzT2I8D7N6ObhRuseiav4XDiI0mQicn89tnC0iJkEgK6KX+mKClO1dqAI2jCKr2GlDdELORYxeR1yCKV96wKoYQyGiXimPtRUKlKSF+3jeBQeoEkdbGGPcLWF+jLo9oqH8R/vDzSZZ9ccyYNpRb4X1vdshtdaXXpmxa4eAFowEIXtMDJHXz8bjdAfTVZavJr5pP9VyWRrUmer942lbfQmyRb170Gf/kw9mNzJjcxqJhftLgxMWJ9tpazshW0LMPXsba4rwCeUcpU09wUo+hNgF9ynrtfTgqWPcppJvhBpDjEm6Yt9QbihZcpfV2Ic4+CZFiYswVHkINjtAc38gBTupsJb7p8quhTiV/iLLo5GKXt0DKaePpDmO1+hZBCPE5Kd0PHXvPzjajwjIyuwh6J9SNjMte7R/52ZaIoP0jFlliZKmDo8qowuCeasC1AK+c4apiiih40ssAgsptsYuHVCwR0x66R+cKb8DQHnTfTti3exIpTE4/ummRhLZwPLrl+rc4LtwEqkpocdzUCjc0Vlq8XOs+z1ZBNIS/yTSRrXYb/a66pLwMqHE5JbXrOoFt9AQLssGRin7CK0KRDNqV1IVb0XP3FujeR+iCrOVTlCz9KRqycdKlRH/KXCchsAQgvdfchB+V3EZr1HnidGd69G6wa3i6GbZvG17h5rKGdK7VQFYic4nyi9dennGtww88Liahu1Chq2fC0V0qu0Er+noX6WgCuDxhjGJ6If08F2c26/Q185EzYpZvUMyoPWwIXYx91QpnvhXcgPyxNQGeq2mNp3DczaHNF2oiJTtyKXUsau5uDwEyQkKwvCPgo2wSpiQ5b2Tb6CTVFBkAvCIqsC4Bsz9Kq3GOt5R6wljQ8YDiG4Bdw4Yy6mjUOmQZbk9S03KPMLR9NR2k4szkHrAhlQ3la2SEUKd9fKk7BtGa4UH4C64XMLo8N4y8BgXEfPOIznoOBzRGdLkCIO9IjlkrHiwV2hlcyYp3Ep0Lwr+srxfVa7rRpxcXJpXqwAltqdUTalaNmFegZQiAWxpkt8LJyDodez0GSxmGia/gm2hdYUuJ5s/SWbhVT41LzSNZflxIiPqne9jXkRtP0BwtSYCYcd48RnSshAhdA5cumjZqUlmCNsXfUYqdsaoGt3YQRPFFvdcGH2Dq5foC44IvMWdQpBpRvs7EPdIKYueLuUUVt4D9sk6H+nui2Klc5USH4kBBOIfBiKhPd+xQDDaWnIgpHooJ9841VVSWuLYZsMAnS3ycDPWlEzlAcFQfXxlNSDSOoP5M2ckKBmbRsvrHYfOdknAnMu0KNi+yKrVioN5g6DgdMDqs2ILuSKcKEgYjTXogA==',
    plain: noise(3000),
  },
} satisfies Record<string, { packed: string; plain: Buffer }>

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    yield await Promise.resolve(bytes.subarray(at, at + size))
    at += size
  }
}

async function unpack(packed: Uint8Array, sizes = [4096]): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bunzip2(chunksOf(packed, sizes))) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe.each(Object.entries(samples))('%s', (_, { packed, plain }) => {
  const bytes = Buffer.from(packed, 'base64')

  test('comes out as it went in', async () => {
    expect((await unpack(bytes)).equals(plain)).toBe(true)
  })

  test('in whatever chunks it comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), async (sizes) => {
        expect((await unpack(bytes, sizes)).equals(plain)).toBe(true)
      }),
      { numRuns: 5 },
    )
  })

  test('cut anywhere', async () => {
    const lengths = new Set([0, 3, 4, 13, bytes.length - 1, bytes.length >> 1, bytes.length - 11])
    for (const length of lengths) {
      await expect(unpack(bytes.subarray(0, length))).rejects.toThrow(Bzip2Error)
    }
  })
})

test('a flipped bit is noticed, in a block, its checksum, or the checksum of the stream', async () => {
  const bytes = Buffer.from(samples.text.packed, 'base64')
  // The last seven bits may be padding, and a smaller block size in the header can still be enough.
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 32, max: (bytes.length - 1) * 8 - 1 }), async (bit) => {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7))
      await expect(unpack(damaged)).rejects.toThrow(Bzip2Error)
    }),
  )
})

test('streams one after the other are one', async () => {
  const { text, empty, runs } = samples
  const packed = Buffer.concat(
    [text, empty, runs, text].map((sample) => Buffer.from(sample.packed, 'base64')),
  )
  const plain = Buffer.concat([text.plain, runs.plain, text.plain])
  expect((await unpack(packed, [7])).equals(plain)).toBe(true)
})

test.each([
  ['nothing', ''],
  ['something else', 'PK\x03\x04 and more of it'],
  ['no block size', 'BZh0 and more of it'],
  ['no block', 'BZh9 and then no block at all'],
])('%s is not bzip2', async (_, text) => {
  await expect(unpack(Buffer.from(text))).rejects.toThrow(Bzip2Error)
})

test('something else behind the end', async () => {
  const packed = Buffer.concat([Buffer.from(samples.text.packed, 'base64'), Buffer.from('junk that follows')])
  await expect(unpack(packed)).rejects.toThrow('this is not bzip2 data')
})
