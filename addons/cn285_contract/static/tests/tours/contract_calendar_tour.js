import { registry } from "@web/core/registry";
import { rpc } from "@web/core/network/rpc";

/** How many rows the server gave for the days that are shown. */
async function rowsOfDays(domain) {
    const now = luxon.DateTime.now();
    const days = [now.startOf("month").minus({ days: 6 }), now.endOf("month").plus({ days: 6 })];
    const { rows, shown } = await rpc("/web/dataset/call_kw/cn285.billing.schedule/calendar_rows", {
        model: "cn285.billing.schedule",
        method: "calendar_rows",
        args: [domain, ["amount"], ...days.map((day) => day.toISODate())],
        kwargs: {},
    });
    return { count: rows.length, shown };
}

/** A month with more rows than it shows: some of each day, a word about it, all behind a filter. */
registry.category("web_tour.tours").add("cn285_billing_calendar_tour", {
    steps: () => [
        {
            content: "The month has rows of the customer's items",
            trigger: ".o_calendar_view .fc-event:contains(Tour access)",
        },
        {
            content: "One is told that these are the first of each day",
            trigger: ".o_notification:contains(/The first \\d+ rows of each day are shown/)",
            async run() {
                const { count, shown } = await rowsOfDays([]);
                if (!shown || count >= 60) {
                    throw new Error(`${count} rows came, ${shown} of a day at most`);
                }
            },
        },
        {
            content: "A row opens beside its day",
            trigger: ".o_calendar_view .fc-event:contains(Tour access)",
            run: "click",
        },
        {
            content: "With its customer and its amount",
            trigger: ".o_popover:contains(Boulangerie de la Tour):contains(60.00)",
        },
        {
            content: "Close it",
            trigger: ".o_popover .o_cw_popover_close",
            run: "click",
        },
        {
            content: "The next month is read when it is opened",
            trigger: ".o_calendar_button_next",
            run: "click",
        },
        {
            content: "It has rows of its own",
            trigger: ".o_calendar_view .fc-event:contains(Tour next month)",
        },
    ],
});
