import { serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { calendarView } from "@web/views/calendar/calendar_view";

/**
 * A calendar of a schedule with millions of rows: of each day the first ones are read, and whoever
 * looks at it is told so.
 */
export class BillingCalendarModel extends calendarView.Model {
    /** @override */
    async fetchRecords(data) {
        const { context, fieldNames, activeFields, resModel } = this.meta;
        const names = [...new Set([...fieldNames, ...Object.keys(activeFields)])];
        const days = [serializeDate(data.range.start), serializeDate(data.range.end)];
        const { rows, shown } = await this.orm.call(
            resModel,
            "calendar_rows",
            [this.computeDomain(data), names, ...days],
            { context }
        );
        if (shown) {
            this.notification.add(
                _t("The first %s rows of each day are shown. Filter, or look at the list.", shown),
                { type: "info" }
            );
        }
        return rows;
    }
}

registry.category("views").add("cn285_billing_calendar", {
    ...calendarView,
    Model: BillingCalendarModel,
});
