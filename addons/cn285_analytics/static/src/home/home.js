import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getCustomColor } from "@web/core/colors/colors";
import { deserializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatFloat, formatInteger, formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { Component, onWillDestroy, onWillStart, useEffect, useRef, useState } from "@odoo/owl";

const LABELS = {
    mrr: _t("MRR"),
    arr: _t("ARR"),
    cmrr: _t("Committed MRR in 12 Months"),
    customers: _t("Customers"),
    arpa: _t("MRR per Customer"),
    nrr: _t("Net Retention (12 months)"),
    grr: _t("Gross Retention (12 months)"),
    logo_churn: _t("Customer Churn (12 months)"),
    quick_ratio: _t("Quick Ratio (12 months)"),
    ltv: _t("Lifetime Value"),
    cltv: _t("Discounted Lifetime Value"),
};
// Cards whose figure is the sum of customers' months: of which month, of which customers.
const OF_MONTH = {
    mrr: [["closing", "!=", 0]],
    arr: [["closing", "!=", 0]],
    customers: [["logos_closing", "!=", 0]],
    arpa: [["logos_paying", "!=", 0]],
};
// What opens behind the others.
const BEHIND = {
    cmrr: "cn285_analytics.action_mrr_movement",
    nrr: "cn285_analytics.action_mrr_ratios",
    grr: "cn285_analytics.action_mrr_ratios",
    logo_churn: "cn285_analytics.action_mrr_ratios",
    quick_ratio: "cn285_analytics.action_mrr_ratios",
    ltv: "cn285_analytics.action_mrr_ratios",
    cltv: "cn285_analytics.action_mrr_ratios",
};
// Parts of a month's bar: the field, its label, its sign and its colour by day and by night.
const PARTS = [
    ["new_business", _t("New"), 1, "#1a936f", "#3fbf97"],
    ["reactivation", _t("Reactivation"), 1, "#74c69d", "#88d4ab"],
    ["expansion", _t("Expansion"), 1, "#2a6fbb", "#5a9be0"],
    ["contraction", _t("Contraction"), -1, "#f4a259", "#f6b67d"],
    ["churn", _t("Churn"), -1, "#c8553d", "#e07a63"],
    ["others", _t("Transfers, Pauses, Currencies"), 1, "#adb5bd", "#868e96"],
];

/**
 * The home screen of recurring revenue: cards, the roll-forward of twelve months, why revenue was
 * lost, and what is left of the cohorts. Each of them opens what is behind it.
 */
export class MrrHome extends Component {
    static template = "cn285_analytics.MrrHome";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.canvasRef = useRef("canvas");
        this.keepLast = new KeepLast();
        this.chart = null;
        this.state = useState({ data: null, month: null, cohortsBy: "logos" });
        onWillStart(() => Promise.all([loadBundle("web.chartjs_lib"), this.load()]));
        useEffect(
            () => this.renderChart(),
            () => [this.state.data]
        );
        onWillDestroy(() => this.chart?.destroy());
    }

    async load() {
        this.state.data = await this.keepLast.add(
            this.orm.call("cn285.mrr.month", "cn285_home", [], {
                month: this.state.month || false,
                cohorts_by: this.state.cohortsBy,
            })
        );
    }

    async go(months) {
        const day = deserializeDate(this.state.data.month).plus({ months });
        this.state.month = day.toISODate();
        await this.load();
    }

    async measureCohorts(by) {
        this.state.cohortsBy = by;
        await this.load();
    }

    // === WHAT IS SHOWN === //

    get isEmpty() {
        return !this.state.data.months.length;
    }

    label(card) {
        return LABELS[card.key];
    }

    money(value) {
        return formatMonetary(value, { currencyId: this.state.data.currency_id });
    }

    format(card) {
        if (card.value === null) {
            return "–";
        }
        if (card.kind === "money") {
            return this.money(card.value);
        }
        if (card.kind === "share") {
            return this.share(card.value);
        }
        return card.kind === "count" ? formatInteger(card.value) : formatFloat(card.value);
    }

    share(value) {
        return `${formatFloat(value * 100, { digits: [16, 1] })} %`;
    }

    trend(card) {
        if (card.before === null || card.value === null || !card.before) {
            return null;
        }
        const share = (card.value - card.before) / Math.abs(card.before);
        const sign = share > 0 ? "+" : "";
        return { up: share >= 0, text: _t("%s in a month", sign + this.share(share)) };
    }

    monthName(day, format = "LLL yyyy") {
        return deserializeDate(day).toFormat(format);
    }

    get numbers() {
        const longest = Math.max(...this.state.data.cohorts.map((row) => row.shares.length), 0);
        return Array.from({ length: longest }, (_value, number) => number);
    }

    size(row) {
        return this.state.cohortsBy === "logos" ? formatInteger(row.size) : this.money(row.size);
    }

    cell(share) {
        return share === null || share === undefined ? "" : Math.round(share * 100) + " %";
    }

    heat(share) {
        if (share === null || share === undefined) {
            return "";
        }
        return `background-color: rgba(26, 147, 111, ${Math.min(share, 1.2) * 0.7})`;
    }

    width(cause) {
        const most = Math.max(...this.state.data.causes.map((one) => one.amount));
        return `width: ${(100 * cause.amount) / most}%`;
    }

    // === WHAT OPENS === //

    openCard(card) {
        if (card.key in OF_MONTH) {
            const domain = [["month", "=", this.state.data.month], ...OF_MONTH[card.key]];
            this.openMonths(String(this.label(card)), domain);
        } else {
            this.action.doAction(BEHIND[card.key]);
        }
    }

    openMonths(name, domain) {
        this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "cn285.mrr.month",
            views: [
                [false, "list"],
                [false, "pivot"],
            ],
            domain,
        });
    }

    openMovements(name, domain) {
        this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "cn285.mrr.movement",
            views: [
                [false, "list"],
                [false, "pivot"],
                [false, "graph"],
            ],
            domain,
        });
    }

    /** Days of months, from the first to the last one, as a domain of movements. */
    span(first, last) {
        const end = deserializeDate(last).plus({ months: 1 }).toISODate();
        return [
            ["date", ">=", first],
            ["date", "<", end],
        ];
    }

    openCause(cause) {
        const months = this.state.data.months;
        this.openMovements(cause.label, [
            ["kind", "in", ["contraction", "churn"]],
            ["cause", "=", cause.cause],
            ...this.span(months[0].month, this.state.data.month),
        ]);
    }

    openMonth(month) {
        this.openMovements(this.monthName(month), [
            ["kind", "!=", "internal"],
            ...this.span(month, month),
        ]);
    }

    /** Cohorts are a triangle: of months to come there is nothing. */
    hasCell(row, number) {
        return number < row.shares.length;
    }

    openCohort(row, number) {
        if (!this.hasCell(row, number)) {
            return;
        }
        const day = deserializeDate(row.cohort).plus({ months: number }).toISODate();
        this.openMonths(_t("Cohort of %s", this.monthName(row.cohort)), [
            ["cohort", "=", row.cohort],
            ["month", "=", day],
        ]);
    }

    // === THE CHART === //

    renderChart() {
        this.chart?.destroy();
        this.chart = null;
        if (!this.canvasRef.el || this.isEmpty) {
            return;
        }
        const { months } = this.state.data;
        const scheme = cookie.get("color_scheme");
        const value = (month, name) =>
            name === "others" ? month.transfer + month.pause + month.currency : month[name];
        const bars = PARTS.map(([name, label, sign, bright, dark]) => ({
            type: "bar",
            label: String(label),
            data: months.map((month) => sign * value(month, name)),
            backgroundColor: getCustomColor(scheme, bright, dark),
            stack: "moved",
            order: 2,
        }));
        const color = getCustomColor(scheme, "#343a40", "#dee2e6");
        const line = {
            type: "line",
            label: String(LABELS.mrr),
            data: months.map((month) => month.closing),
            borderColor: color,
            backgroundColor: color,
            yAxisID: "level",
            tension: 0.2,
            order: 1,
        };
        this.chart = new Chart(this.canvasRef.el, {
            data: {
                labels: months.map((month) => this.monthName(month.month)),
                datasets: [line, ...bars.filter((bar) => bar.data.some((one) => one))],
            },
            options: {
                maintainAspectRatio: false,
                onClick: (_event, [found]) => found && this.openMonth(months[found.index].month),
                interaction: { mode: "index", intersect: false },
                scales: {
                    x: { stacked: true, grid: { display: false } },
                    y: { stacked: true, title: { display: true, text: _t("Moved in the Month") } },
                    level: {
                        position: "right",
                        beginAtZero: true,
                        grid: { display: false },
                        title: { display: true, text: String(LABELS.mrr) },
                    },
                },
                plugins: {
                    legend: { position: "bottom" },
                    tooltip: {
                        callbacks: {
                            label: (item) => `${item.dataset.label}: ${this.money(item.raw)}`,
                        },
                    },
                },
            },
        });
    }
}

registry.category("actions").add("cn285_analytics.home", MrrHome);
