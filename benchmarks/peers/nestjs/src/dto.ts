// What comes in, as class-validator checks it.
import { Type } from 'class-transformer'
import { IsDate, IsEmail, IsEnum, IsInt, IsOptional, IsString, IsUUID, Length, Max, MaxLength, Min } from 'class-validator'
import { Priority, Status } from './entities.js'

export class CreateWorkOrder {
  @IsString() @Length(1, 200) title: string
  @IsOptional() @IsString() @MaxLength(10000) description?: string | null
  @IsOptional() @IsEnum(Priority) priority?: Priority
  @IsOptional() @Type(() => Date) @IsDate() due_at?: Date | null
  @IsUUID() asset_id: string
  @IsOptional() @IsUUID() assignee_id?: string | null
  @IsOptional() @IsString() @MaxLength(10000) notes?: string | null
}

export class UpdateWorkOrder {
  @IsOptional() @IsString() @Length(1, 200) title?: string
  @IsOptional() @IsString() @MaxLength(10000) description?: string | null
  @IsOptional() @IsEnum(Status) status?: Status
  @IsOptional() @IsEnum(Priority) priority?: Priority
  @IsOptional() @Type(() => Date) @IsDate() due_at?: Date | null
  @IsOptional() @IsUUID() asset_id?: string
  @IsOptional() @IsUUID() assignee_id?: string | null
  @IsOptional() @IsString() @MaxLength(10000) notes?: string | null
}

export class ListQuery {
  @IsOptional() @IsEnum(Status) status?: Status
  @IsOptional() @IsEnum(Priority) priority?: Priority
  @IsOptional() @IsString() @MaxLength(200) q?: string
  @Type(() => Number) @IsInt() @Min(1) @Max(100) limit = 25
  @Type(() => Number) @IsInt() @Min(0) offset = 0
}

export class Credentials {
  @IsEmail() email: string
  @IsString() @MaxLength(1000) password: string
}
