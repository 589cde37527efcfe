import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor, getCustomColor, hexToRGBA } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { debounce } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { formatFloat } from "@web/views/fields/formatters";
import { InvalidNumberError, parseFloat } from "@web/views/fields/parsers";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, onWillDestroy, onWillStart, useEffect, useRef, useState } from "@odoo/owl";

const WAIT_MILLISECONDS = 250;
// What every price depends on, besides the figures that the charge model reads; the server does all
// the arithmetic.
const COMMON_TERMS = {
    charge_model: "selection",
    rollover: "selection",
    minimum_amount: "float",
    maximum_amount: "float",
};
// What is asked for, by what the charge model is fed with.
const ASKED = { events: "amounts", values: "values" };

/**
 * "What would this cost": the price of a quantity typed in, its lines, and the curve of the price,
 * from the figures that the form shows, saved or not.
 */
export class PriceSimulator extends Component {
    static template = "cn285_usage.PriceSimulator";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.canvasRef = useRef("canvas");
        this.chart = null;
        this.keepLast = new KeepLast();
        this.terms = {};
        this.state = useState({
            feed: "quantity",
            quantity: "",
            amounts: "",
            values: {},
            valueNames: [],
            answer: null,
            error: "",
        });
        this.refreshSoon = debounce(() => this.refresh(), WAIT_MILLISECONDS);
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useRecordObserver((record) => this.readRecord(record));
        useEffect(
            () => {
                this.renderChart();
            },
            () => [this.state.answer]
        );
        onWillDestroy(() => {
            this.refreshSoon.cancel();
            this.chart?.destroy();
        });
    }

    /** Takes the figures of the form; asks anew where one of them has changed. */
    readRecord(record) {
        const { data } = record;
        const names = [...Object.keys(COMMON_TERMS), ...(data.read_figures || [])];
        const terms = Object.fromEntries(
            names
                .filter((name) => name in data)
                .map((name) => {
                    const rows = data[name]?.records;
                    return [name, rows ? rows.map((row) => ({ ...row.data })) : data[name]];
                })
        );
        terms.currency_id = data.currency_id?.id || false;
        if (terms.value_ids) {
            terms.value_ids = terms.value_ids.filter((row) => row.value);
        }
        if (JSON.stringify(terms) === JSON.stringify(this.terms)) {
            return;
        }
        this.terms = terms;
        this.state.feed = data.feed;
        const values = (terms.value_ids || []).map((row) => row.value);
        this.state.valueNames = terms.has_default_price ? [...values, ""] : values;
        this.refreshSoon();
    }

    get asks() {
        return ASKED[this.state.feed] || "quantity";
    }

    valueLabel(name) {
        return name || _t("Other values");
    }

    onInput(ev) {
        this.state[ev.target.name] = ev.target.value;
        this.refreshSoon();
    }

    onValueInput(name, ev) {
        this.state.values[name] = ev.target.value;
        this.refreshSoon();
    }

    /** What was typed, as numbers; throws InvalidNumberError. */
    get usage() {
        if (this.asks === "amounts") {
            const parts = this.state.amounts.split(/[;\s]+/).filter(Boolean);
            return { amounts: parts.map((part) => parseFloat(part)) };
        }
        if (this.asks === "values") {
            const typed = this.state.valueNames.filter((name) => this.state.values[name]?.trim());
            return {
                values: Object.fromEntries(
                    typed.map((name) => [name, parseFloat(this.state.values[name])])
                ),
            };
        }
        const quantity = this.state.quantity.trim();
        return { quantity: quantity ? parseFloat(quantity) : 0 };
    }

    async refresh() {
        let usage;
        try {
            usage = this.usage;
        } catch (error) {
            if (!(error instanceof InvalidNumberError)) {
                throw error;
            }
            this.state.error = _t("This is not a number.");
            return;
        }
        const answer = await this.keepLast.add(
            this.orm.silent.call("cn285.usage.calculator", "simulate_terms", [this.terms, usage])
        );
        this.state.error = answer.error || "";
        this.state.answer = answer.error ? null : answer;
    }

    renderChart() {
        this.chart?.destroy();
        this.chart = null;
        if (this.canvasRef.el && this.state.answer) {
            this.chart = new Chart(this.canvasRef.el, this.chartConfig(this.state.answer));
        }
    }

    chartConfig(answer) {
        const scheme = cookie.get("color_scheme");
        const ink = getCustomColor(scheme, "#111827", "#E4E4E4");
        const grid = getCustomColor(scheme, "#d8dadd", "#3C3E4B");
        const datasets = [];
        for (const [index, curve] of answer.curves.entries()) {
            const color = getColor(4 * index, scheme, "lg");
            const perUnit = getColor(4 * index + 2, scheme, "lg");
            datasets.push({
                label: curve.label ? _t("Total: %s", curve.label) : _t("Total"),
                data: curve.points.map(([x, y]) => ({ x, y })),
                borderColor: color,
                backgroundColor: color,
                yAxisID: "total",
            });
            datasets.push({
                label: curve.label ? _t("Per unit: %s", curve.label) : _t("Per unit"),
                data: curve.points
                    .filter(([, , each]) => each !== null)
                    .map(([x, , y]) => ({ x, y })),
                borderColor: perUnit,
                backgroundColor: perUnit,
                borderDash: [4, 3],
                yAxisID: "each",
            });
        }
        const ticks = {
            color: ink,
            callback: (value) => formatFloat(value, { digits: [16, 6], trailingZeros: false }),
        };
        const axis = (title, position) => ({
            position,
            beginAtZero: true,
            title: { display: true, text: title, color: ink },
            ticks,
            grid: { color: grid, drawOnChartArea: position !== "right" },
        });
        return {
            type: "line",
            data: { datasets },
            options: {
                animation: false,
                maintainAspectRatio: false,
                parsing: false,
                interaction: { mode: "nearest", axis: "x", intersect: false },
                elements: { point: { radius: 0 }, line: { borderWidth: 2, tension: 0 } },
                plugins: { legend: { labels: { color: ink } } },
                scales: {
                    x: {
                        type: "linear",
                        title: { display: true, text: this.quantityTitle, color: ink },
                        ticks,
                        grid: { color: grid },
                    },
                    total: axis(_t("Total"), "left"),
                    each: axis(_t("Per unit"), "right"),
                },
            },
            plugins: [tierBounds(answer.bounds, hexToRGBA(ink, 0.45))],
        };
    }

    get quantityTitle() {
        return this.asks === "amounts" ? _t("Amount of one event") : _t("Quantity");
    }
}

/** A Chart.js plugin: a dashed line at each quantity where another price begins. */
function tierBounds(bounds, color) {
    return {
        id: "cn285TierBounds",
        afterDatasetsDraw(chart) {
            const { ctx, chartArea, scales } = chart;
            ctx.save();
            ctx.strokeStyle = color;
            ctx.fillStyle = color;
            ctx.setLineDash([2, 3]);
            for (const bound of bounds) {
                const x = scales.x.getPixelForValue(bound);
                ctx.beginPath();
                ctx.moveTo(x, chartArea.top);
                ctx.lineTo(x, chartArea.bottom);
                ctx.stroke();
                ctx.fillText(
                    formatFloat(bound, { digits: [16, 6], trailingZeros: false }),
                    x + 3,
                    chartArea.top + 10
                );
            }
            ctx.restore();
        },
    };
}

export const priceSimulator = {
    component: PriceSimulator,
    fieldDependencies: [
        ...Object.entries(COMMON_TERMS).map(([name, type]) => ({ name, type })),
        { name: "read_figures", type: "json" },
        { name: "feed", type: "char" },
        { name: "currency_id", type: "many2one" },
    ],
};

registry.category("view_widgets").add("cn285_price_simulator", priceSimulator);
