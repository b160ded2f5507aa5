// The tables, as TypeORM declares them.
import { Column, CreateDateColumn, Entity, JoinColumn, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn, UpdateDateColumn, VersionColumn } from 'typeorm'

export enum Status {
  Open = 'open',
  Assigned = 'assigned',
  InProgress = 'in_progress',
  OnHold = 'on_hold',
  Done = 'done',
  Cancelled = 'cancelled'
}

export enum Priority {
  Low = 'low',
  Normal = 'normal',
  High = 'high',
  Urgent = 'urgent'
}

abstract class Row {
  @PrimaryGeneratedColumn('uuid') id: string
  @VersionColumn() version: number
  @CreateDateColumn({ type: 'timestamptz' }) created_at: Date
  @UpdateDateColumn({ type: 'timestamptz' }) updated_at: Date
}

@Entity('users')
export class User {
  @PrimaryColumn('uuid') id: string
  @Column({ length: 254 }) email: string
  @Column({ length: 200 }) name: string
  @Column({ length: 20 }) role: string
  @Column({ length: 255 }) password_hash: string
  @Column() is_active: boolean
}

@Entity('assets')
export class Asset extends Row {
  @Column({ length: 200 }) name: string
  @Column({ length: 50 }) tag: string
  @Column({ type: 'varchar', length: 100, nullable: true }) category: string | null
  @Column({ type: 'varchar', length: 200, nullable: true }) location: string | null
  @Column({ length: 63 }) status: string
  @Column({ type: 'date', nullable: true }) installed_on: string | null
  @Column({ type: 'varchar', length: 10000, nullable: true }) description: string | null
}

@Entity('technicians')
export class Technician extends Row {
  @Column({ length: 200 }) name: string
  @Column({ length: 254 }) email: string
  @Column({ type: 'varchar', length: 32, nullable: true }) phone: string | null
  @Column({ type: 'varchar', length: 100, nullable: true }) trade: string | null
  @Column() active: boolean
  @Column({ type: 'uuid', nullable: true }) account_id: string | null
}

@Entity('work_orders')
export class WorkOrder extends Row {
  @Column({ length: 200 }) title: string
  @Column({ type: 'varchar', length: 10000, nullable: true }) description: string | null
  @Column({ type: 'varchar', length: 63, default: Status.Open }) status: Status
  @Column({ type: 'varchar', length: 63, default: Priority.Normal }) priority: Priority
  @Column({ type: 'timestamptz', nullable: true }) due_at: Date | null
  @Column('uuid') asset_id: string
  @Column({ type: 'uuid', nullable: true }) assignee_id: string | null
  @Column({ type: 'varchar', length: 10000, nullable: true }) notes: string | null
  @Column({ type: 'timestamptz', nullable: true }) completed_at: Date | null
  @ManyToOne(() => Asset) @JoinColumn({ name: 'asset_id' }) asset: Asset
  @ManyToOne(() => Technician, { nullable: true }) @JoinColumn({ name: 'assignee_id' }) assignee: Technician | null
}

@Entity('attachments')
export class Attachment {
  @PrimaryGeneratedColumn('uuid') id: string
  @Column('uuid') work_order_id: string
  @Column({ length: 255 }) name: string
  @Column({ length: 127 }) media_type: string
  @Column('bigint') size: number
  @Column({ length: 64 }) sha256: string
  @CreateDateColumn({ type: 'timestamptz' }) created_at: Date
}
