import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ProgressBarField, progressBarField } from "@web/views/fields/progress_bar/progress_bar_field";

import { onWillUnmount, useEffect, useState } from "@odoo/owl";

// How long the screen waits before it asks by itself: with a websocket it is told, and asks only in
// case that something was lost.
const POLL_MILLISECONDS = 2000;
const TOLD_MILLISECONDS = 30000;
// What is told in quick succession is read once.
const GATHER_MILLISECONDS = 500;
const PROGRESS = "cn285.billing.run/progress";

/**
 * The progress of a billing run, live: it is read again when the server tells of a batch that is
 * done; where no websocket is, every two seconds. When the run ends, the whole form is reloaded,
 * totals and chatter included.
 */
export class BillingProgressField extends ProgressBarField {
    setup() {
        super.setup();
        this.actionService = useService("action");
        this.busService = useService("bus_service");
        this.orm = useService("orm");
        this.live = useState({ progress: null });
        this.timer = null;
        useEffect(
            (running, id) => {
                this.live.progress = null;
                if (!running) {
                    return;
                }
                const channel = `cn285.billing.run_${id}`;
                const told = (payload) => payload.id === id && this.schedule(GATHER_MILLISECONDS);
                this.busService.addChannel(channel);
                this.busService.subscribe(PROGRESS, told);
                // What was told before the channel was open is asked for.
                this.schedule(POLL_MILLISECONDS);
                return () => {
                    this.busService.unsubscribe(PROGRESS, told);
                    this.busService.deleteChannel(channel);
                    this.stop();
                };
            },
            () => [this.isRunning, this.props.record.resId]
        );
        onWillUnmount(() => this.stop());
    }

    get isRunning() {
        return Boolean(this.props.record.resId) && this.props.record.data.state === "running";
    }

    /** How far the run is by what was read last, while it runs. */
    get currentValue() {
        return this.isRunning && this.live.progress !== null
            ? this.live.progress
            : super.currentValue;
    }

    get progressBarColorClass() {
        const colors = { done: "bg-success", partial: "bg-warning" };
        return colors[this.props.record.data.state] || "bg-primary";
    }

    get pollMilliseconds() {
        return this.busService.workerState === "CONNECTED" ? TOLD_MILLISECONDS : POLL_MILLISECONDS;
    }

    /** Reads the record again after a while; a reading that comes sooner stays as it is. */
    schedule(milliseconds = this.pollMilliseconds) {
        const due = Date.now() + milliseconds;
        if (this.timer && this.due <= due) {
            return;
        }
        this.stop();
        this.due = due;
        this.timer = setTimeout(() => this.refresh(), milliseconds);
    }

    stop() {
        clearTimeout(this.timer);
        this.timer = null;
    }

    /** Reads how far the run is, and no more: its totals are added up when it is over. */
    async readProgress(record) {
        try {
            return await this.orm.read(record.resModel, [record.resId], ["progress", "state"]);
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                return [];
            }
            throw error;
        }
    }

    async refresh() {
        const { record } = this.props;
        const polling = this.timer;
        // What is told from here on is read by the next reading.
        this.due = Infinity;
        const [found] = await this.readProgress(record);
        if (this.timer !== polling) {
            return;
        }
        this.timer = null;
        if (found) {
            this.live.progress = found.progress;
        }
        // What a user has typed and not yet saved is not read over.
        if (!found || found.state === "running" || (await record.isDirty())) {
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
