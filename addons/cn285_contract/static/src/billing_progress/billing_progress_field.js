import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ProgressBarField, progressBarField } from "@web/views/fields/progress_bar/progress_bar_field";

import { onWillUnmount, useEffect } from "@odoo/owl";

const POLL_MILLISECONDS = 2000;

/**
 * The progress of a billing run, live: while the run is at work, the record is read again every
 * two seconds; when it ends, the whole form is reloaded, chatter included.
 */
export class BillingProgressField extends ProgressBarField {
    setup() {
        super.setup();
        this.actionService = useService("action");
        this.timer = null;
        useEffect(
            (running) => {
                if (running) {
                    this.schedule();
                }
                return () => this.stop();
            },
            () => [this.isRunning, this.props.record.resId]
        );
        onWillUnmount(() => this.stop());
    }

    get isRunning() {
        return Boolean(this.props.record.resId) && this.props.record.data.state === "running";
    }

    get progressBarColorClass() {
        const colors = { done: "bg-success", partial: "bg-warning" };
        return colors[this.props.record.data.state] || "bg-primary";
    }

    schedule() {
        this.stop();
        this.timer = setTimeout(() => this.refresh(), POLL_MILLISECONDS);
    }

    stop() {
        clearTimeout(this.timer);
        this.timer = null;
    }

    async refresh() {
        const { record } = this.props;
        const polling = this.timer;
        // What a user has typed and not yet saved is not read over.
        if (!(await record.isDirty())) {
            try {
                await record.load();
            } catch (error) {
                if (!(error instanceof ConnectionLostError)) {
                    throw error;
                }
            }
        }
        if (this.timer !== polling) {
            return;
        }
        if (this.isRunning) {
            this.schedule();
        } else {
            await this.actionService.doAction({ type: "ir.actions.client", tag: "soft_reload" });
        }
    }
}

export const billingProgressField = {
    ...progressBarField,
    component: BillingProgressField,
    fieldDependencies: [{ name: "state", type: "selection" }],
    extractProps: (fieldInfo, dynamicInfo) => ({
        ...progressBarField.extractProps(fieldInfo, dynamicInfo),
        isEditable: false,
    }),
};

registry.category("fields").add("cn285_billing_progress", billingProgressField);
