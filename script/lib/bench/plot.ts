import { LineChart } from 'echarts/charts'
import { GridComponent, TitleComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { SVGRenderer } from 'echarts/renderers'
import type { ScalePoint } from './scale.ts'

use([LineChart, GridComponent, TitleComponent, LabelLayout, SVGRenderer])

/** The curves, in colours that differ for the colour-blind too (Okabe and Ito). */
const curves = [
  { name: 'docker build + push', color: '#D55E00', of: (point: ScalePoint) => point.docker },
  { name: 'the action, cold', color: '#0072B2', of: (point: ScalePoint) => point.cold },
  { name: 'one leaf bumped', color: '#009E73', of: (point: ScalePoint) => point.leaf },
  { name: 'nothing changed', color: '#595959', of: (point: ScalePoint) => point.unchanged },
]

/** Draws the time of a run against the number of packages. @returns an SVG document */
export function drawScale(points: readonly ScalePoint[]): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 800, height: 480 })
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'sans-serif' },
    title: { text: 'Time of a run by the size of the environment', left: 'center' },
    grid: { left: 70, right: 150, top: 60, bottom: 60 },
    xAxis: { type: 'value', name: 'packages', nameLocation: 'middle', nameGap: 30, min: 0, max: 400 },
    yAxis: { type: 'value', name: 'seconds', nameLocation: 'middle', nameGap: 45 },
    series: curves.map(({ name, color, of }) => ({
      type: 'line',
      name,
      color,
      symbolSize: 7,
      data: points.map((point) => [point.packages, of(point)]),
      // The lowest two lie close together.
      labelLayout: { moveOverlap: 'shiftY' },
      endLabel: { show: true, distance: 16, formatter: name, color },
    })),
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return `${svg}\n`
}
