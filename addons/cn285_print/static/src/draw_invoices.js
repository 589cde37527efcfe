import { download } from "@web/core/network/download";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { getReportUrl } from "@web/webclient/actions/reports/utils";

/**
 * Invoices that are drawn by the server itself are downloaded as PDF also where wkhtmltopdf is
 * missing; all other reports stay with the web client.
 *
 * @param {Object} action the report action
 * @param {Object} options of the action
 * @param {Object} env the web client's environment
 * @returns {Promise<boolean>} whether the report was downloaded here
 */
async function downloadDrawnInvoices(action, options, env) {
    const ids = action.context?.active_ids || [];
    if (action.report_type !== "qweb-pdf" || !ids.length || !action.report_name) {
        return false;
    }
    const isDrawn = await env.services.orm.call("ir.actions.report", "cn285_is_drawn", [
        action.report_name,
        ids,
    ]);
    if (!isDrawn) {
        return false;
    }
    env.services.ui.block();
    try {
        await download({
            url: "/report/download",
            data: {
                data: JSON.stringify([getReportUrl(action, "pdf"), action.report_type]),
                context: JSON.stringify({ ...user.context, ...action.context }),
            },
        });
    } finally {
        env.services.ui.unblock();
    }
    return true;
}

registry.category("ir.actions.report handlers").add("cn285_draw_invoices", downloadDrawnInvoices);
